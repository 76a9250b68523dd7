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
}

impl Access {
    /// The owner's way in at this address, and where the demo is watched.
    pub(super) fn of_owner(url: String, ops_url: String, password: String) -> Self {
        Self { url, ops_url, email: OWNER_EMAIL, password, tenant: SLUG }
    }

    /// One line for programs.
    pub(super) fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.write_all(b"\n")?;
        out.flush()
    }

    /// A few lines for people: Spanish first, English below.
    pub(super) fn write_banner(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { url, ops_url, email, password, .. } = self;
        write!(
            out,
            "
  {NAME} está abierto.

    Página con cifras en vivo   {url}/
    Documentación de la API     {url}/docs
    Métricas                    {ops_url}/metrics

    Usuario      {email}
    Contraseña   {password}

  Ctrl-C detiene todo; el próximo inicio sigue donde quedó.

  {NAME} is open: live figures, API documentation and metrics at the
  addresses above, sign-in as above. Ctrl-C ends everything; the next start
  goes on where it was.

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
        let access = Access::of_owner(url, ops_url, "pass".to_owned());
        let mut out = Vec::new();
        access.write_json(&mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"url\":\"http://127.0.0.1:8080\",\"ops_url\":\"http://127.0.0.1:8081\",\"email\":\"dueno@arepas-del-parque.example\",\
             \"password\":\"pass\",\"tenant\":\"arepas-del-parque\"}\n"
        );
    }
}
