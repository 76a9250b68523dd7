//! How often clients may ask.

use std::num::NonZeroU32;

use api::rates::Rates;

/// How often clients may ask.
#[derive(clap::Args, Clone)]
pub struct RateArgs {
    /// How many requests a second one sign-in may make on average, and twice as many at once; 0 for
    /// any number.
    #[arg(long, env = "FASTOPS_RATE_PER_SESSION", default_value_t = 100)]
    rate_per_session: u32,

    /// The same for all sign-ins of a company together.
    #[arg(long, env = "FASTOPS_RATE_PER_TENANT", default_value_t = 2_000)]
    rate_per_tenant: u32,
}

impl RateArgs {
    /// The configured rates.
    pub const fn rates(&self) -> Rates {
        Rates {
            session: NonZeroU32::new(self.rate_per_session),
            tenant: NonZeroU32::new(self.rate_per_tenant),
        }
    }
}
