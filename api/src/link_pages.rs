//! The pages that links in e-mails lead to: a form and a script that sends it to the operation.
//!
//! The token of a link stands after `#`, which browsers send to no server. The pages load nothing from
//! elsewhere and run no script but their own.

mod words;

use poem::endpoint::{BoxEndpoint, make_sync};
use poem::http::header::{CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, REFERRER_POLICY, VARY};
use poem::{EndpointExt, Request, Response, get};

use crate::docs::kept::{Kept, PAGE_CACHE};
use crate::language::Language;
use words::WORDS;

/// Without the script the form sends nothing, so that no password gets into an address.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE: &str = include_str!("link_pages/page.html");
const PASSWORD: &str = include_str!("link_pages/password.html");
const PIN: &str = include_str!("link_pages/pin.html");

/// A text in Spanish and in English.
type Text = (&'static str, &'static str);

/// What answers at an address.
type Page = BoxEndpoint<'static, Response>;

/// A page that a link leads to.
struct LinkPage {
    /// Its address, as in links.
    path: &'static str,
    /// Where the form is sent to.
    operation: &'static str,
    title: Text,
    lead: Text,
    /// What stands on the button.
    action: Text,
    /// What it says when the operation has accepted the form.
    done: Text,
    /// What is asked for, as HTML.
    fields: &'static [&'static str],
}

const PAGES: [LinkPage; 3] = [
    LinkPage {
        path: "/join",
        operation: "/v1/auth/join",
        title: ("Aceptar la invitación", "Accept the invitation"),
        lead: (
            "Elija la contraseña con la que va a entrar.",
            "Choose the password that you will sign in with.",
        ),
        action: ("Aceptar", "Accept"),
        done: (
            "Listo. Ya puede entrar con su correo electrónico y su contraseña.",
            "Done. You can sign in with your e-mail address and your password.",
        ),
        fields: &[PASSWORD, PIN],
    },
    LinkPage {
        path: "/reset-password",
        operation: "/v1/auth/reset-password",
        title: ("Cambiar la contraseña", "Change the password"),
        lead: (
            "Elija otra contraseña. Se cerrará su sesión en todos los dispositivos.",
            "Choose another password. You will be signed out on every device.",
        ),
        action: ("Cambiar la contraseña", "Change the password"),
        done: (
            "Listo. Ya puede entrar con su contraseña nueva.",
            "Done. You can sign in with your new password.",
        ),
        fields: &[PASSWORD],
    },
    LinkPage {
        path: "/confirm-email",
        operation: "/v1/auth/confirm-email",
        title: ("Confirmar el correo electrónico", "Confirm the e-mail address"),
        lead: (
            "De ahora en adelante entrará con esta dirección. Se cerrará su sesión en todos los \
             dispositivos.",
            "From then on you sign in with this address. You will be signed out on every device.",
        ),
        action: ("Confirmar", "Confirm"),
        done: (
            "Listo. Ya puede entrar con la dirección nueva.",
            "Done. You can sign in with the new address.",
        ),
        fields: &[],
    },
];

/// The pages and what they load, by their addresses.
pub(crate) fn pages() -> Vec<(&'static str, Page)> {
    let script = include_str!("link_pages/page.js").to_owned();
    let script = Kept::new("text/javascript; charset=utf-8", PAGE_CACHE, script);
    let style = include_str!("link_pages/page.css").to_owned();
    let style = Kept::new("text/css; charset=utf-8", PAGE_CACHE, style);
    let mut pages: Vec<(&'static str, Page)> =
        vec![("/links/page.js", get(script).boxed()), ("/links/page.css", get(style).boxed())];
    for page in &PAGES {
        let answer = make_sync(|request: Request| page.answer(&request));
        pages.push((page.path, get(answer).boxed()));
    }
    pages
}

impl LinkPage {
    fn answer(&self, request: &Request) -> Response {
        let language = Language::of(request.headers());
        Response::builder()
            .content_type("text/html; charset=utf-8")
            .header(CONTENT_LANGUAGE, language.tag())
            .header(VARY, "Accept-Language")
            .header(CONTENT_SECURITY_POLICY, CONTENT_POLICY)
            .header(REFERRER_POLICY, "no-referrer")
            .body(self.html(language))
    }

    fn html(&self, language: Language) -> String {
        let own = [
            ("{title}", self.title),
            ("{lead}", self.lead),
            ("{action}", self.action),
            ("{done}", self.done),
        ];
        let page = PAGE
            .replace("{fields}", &self.fields.concat())
            .replace("{lang}", language.tag())
            .replace("{version}", env!("CARGO_PKG_VERSION"))
            .replace("{operation}", self.operation);
        own.iter().chain(&WORDS).fold(page, |page, (name, (spanish, english))| {
            let text = match language {
                Language::Spanish => spanish,
                Language::English => english,
            };
            page.replace(name, text)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_every_page_is_in_both_languages() {
        for page in &PAGES {
            let [spanish, english] = [Language::Spanish, Language::English].map(|it| page.html(it));
            assert_ne!(spanish, english);
            for html in [spanish, english] {
                let is_place = |rest: &str| rest.starts_with(|c: char| c.is_ascii_lowercase());
                assert!(!html.split('{').skip(1).any(is_place), "{html}");
                assert!(html.contains(&format!("data-operation=\"{}\"", page.operation)));
            }
        }
    }

    #[test]
    fn every_field_has_a_label() {
        for html in PAGES.iter().map(|page| page.html(Language::Spanish)) {
            for (_, field) in
                html.match_indices("<input id=\"").map(|(at, _)| html.split_at(at + 11))
            {
                let (id, _) = field.split_once('"').unwrap();
                let is_around =
                    html.contains(&format!("<label class=\"check\"><input id=\"{id}\""));
                assert!(is_around || html.contains(&format!("<label for=\"{id}\">")), "{id}");
            }
        }
    }
}
