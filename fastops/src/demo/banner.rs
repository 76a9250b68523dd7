//! The text of the demo on standard output once it is ready.

use std::io::{self, Write};

use serde::Serialize;

use super::restaurant::{NAME, OWNER_EMAIL, SLUG};

/// How to get in.
#[derive(Debug, Serialize)]
pub(super) struct Access {
    pub(super) url: String,
    pub(super) ops_url: String,
    pub(super) email: &'static str,
    pub(super) password: String,
    pub(super) tenant: &'static str,
    /// The shell line that lets other commands work on the demo; for people only.
    #[serde(skip)]
    pub(super) environment: String,
}

impl Access {
    /// The owner's way in at this address, and where the demo is watched.
    pub(super) fn of_owner(
        url: String,
        ops_url: String,
        password: String,
        environment: String,
    ) -> Self {
        Self { url, ops_url, email: OWNER_EMAIL, password, tenant: SLUG, environment }
    }

    /// One line for programs.
    pub(super) fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.write_all(b"\n")?;
        out.flush()
    }

    /// A few lines for people: Spanish first, English below.
    pub(super) fn write_banner(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { url, ops_url, email, password, tenant, environment } = self;
        write!(
            out,
            "
  {NAME} está abierto.

    Página con cifras en vivo   {url}/
    Documentación de la API     {url}/docs
    Métricas                    {ops_url}/metrics

    Usuario      {email}
    Contraseña   {password}

    En otra terminal, para fastops import, rebuild, doctor y companies:

      {environment}

    La empresa es {tenant}.

  Ctrl-C detiene todo; el próximo inicio sigue donde quedó.

  {NAME} is open: live figures, API documentation and metrics at the
  addresses above, sign-in as above. In another terminal the line above lets
  fastops import, rebuild, doctor and companies work on it. Ctrl-C ends
  everything; the next start goes on where it was.

"
        )?;
        out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_get_one_line_of_json() {
        let [url, ops_url] = ["http://127.0.0.1:8080", "http://127.0.0.1:8081"].map(str::to_owned);
        let access = Access::of_owner(url, ops_url, "pass".to_owned(), ". /demo/env".to_owned());
        let mut out = Vec::new();
        access.write_json(&mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"url\":\"http://127.0.0.1:8080\",\"ops_url\":\"http://127.0.0.1:8081\",\"email\":\"dueno@arepas-del-parque.example\",\
             \"password\":\"pass\",\"tenant\":\"arepas-del-parque\"}\n"
        );
    }

    #[test]
    fn people_get_the_line_that_lets_other_commands_work_on_the_demo() {
        let [url, ops_url] = ["http://127.0.0.1:8080", "http://127.0.0.1:8081"].map(str::to_owned);
        let environment = ". /var/lib/fastops/demo/env".to_owned();
        let access = Access::of_owner(url, ops_url, "pass".to_owned(), environment);
        let mut out = Vec::new();
        access.write_banner(&mut out).unwrap();
        let said = String::from_utf8(out).unwrap();
        assert!(said.lines().any(|line| line.trim() == ". /var/lib/fastops/demo/env"), "{said}");
    }
}
