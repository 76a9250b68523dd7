//! What a company's subscription does not cover, and why a company or its subscription is as it was.

use commands::identity::{RestoreRefusal, RolesRefusal, SubscriptionRefusal};
use domain::identity::subscription::{Counted, Error, Module};
use domain::identity::tenant;

use crate::operations::identity::refusal::{Named, email_taken, roles};
use crate::problem::{Code, FieldError, Problem};

pub(in crate::operations) fn company(refusal: tenant::Error) -> Problem {
    match refusal {
        tenant::Error::Unknown => Problem::new(Code::NotFound),
        tenant::Error::AlreadyRegistered => {
            let words = ("otra empresa ya lo usa", "another company has it");
            Problem::new(Code::NameTaken)
                .with_errors(vec![FieldError::new("/slug", "taken", words)])
        }
    }
}

pub(in crate::operations) fn subscription(refusal: SubscriptionRefusal) -> Problem {
    match refusal {
        SubscriptionRefusal::UnknownCompany => Problem::new(Code::NotFound),
    }
}

pub(in crate::operations) fn restoring(refusal: &RestoreRefusal) -> Problem {
    match refusal {
        RestoreRefusal::UnknownCompany => Problem::new(Code::NotFound),
        RestoreRefusal::EmailTaken => email_taken(),
        RestoreRefusal::Roles(refusal) => {
            roles(&RolesRefusal::Roles(refusal.clone()), &Named::default())
        }
    }
}

pub(in crate::operations) fn not_covered(why: Error) -> Problem {
    let lapsed = |es: String, en: String| Problem::new(Code::SubscriptionRequired).detail((es, en));
    let beyond = |es: String, en: String| Problem::new(Code::PlanLimit).detail((es, en));
    match why {
        Error::TrialEnded { until } => {
            let day = until.date_naive();
            lapsed(format!("La prueba terminó el {day}."), format!("The trial ended on {day}."))
        }
        Error::PastDue { since } => {
            let day = since.date_naive();
            lapsed(
                format!("Hay un pago pendiente desde el {day}."),
                format!("A payment is due since {day}."),
            )
        }
        Error::Suspended => lapsed(
            "La suscripción está suspendida.".to_owned(),
            "The subscription is suspended.".to_owned(),
        ),
        Error::NoModule(module) => beyond(
            format!("El plan no incluye {}.", in_spanish(module)),
            format!("The plan does not include {}.", module.word()),
        ),
        Error::Limit { counted: Counted::Branches, limit } => beyond(
            format!("Sedes que permite el plan: {limit}."),
            format!("Branches that the plan allows: {limit}."),
        ),
        Error::Limit { counted: Counted::Users, limit } => beyond(
            format!("Personas activas que permite el plan: {limit}."),
            format!("Active people that the plan allows: {limit}."),
        ),
    }
}

const fn in_spanish(module: Module) -> &'static str {
    match module {
        Module::Catalog => "el catálogo (catalog)",
        Module::Inventory => "el inventario (inventory)",
        Module::Orders => "los pedidos (orders)",
    }
}
