//! The texts of all pages, by where they stand in them.

use super::Text;

pub(super) const WORDS: [(&str, Text); 8] = [
    (
        "{password_hint}",
        ("Al menos 8 caracteres; mejor una frase.", "At least 8 characters; better a phrase."),
    ),
    ("{password}", ("Contraseña", "Password")),
    ("{show}", ("Mostrar lo que escribo", "Show what I type")),
    (
        "{pin_hint}",
        (
            "De 4 a 8 dígitos, si trabaja en una caja compartida.",
            "4 to 8 digits, if you work at a shared till.",
        ),
    ),
    ("{pin}", ("PIN (opcional)", "PIN (optional)")),
    (
        "{no_script}",
        (
            "Esta página necesita JavaScript para enviar el formulario.",
            "This page needs JavaScript to send the form.",
        ),
    ),
    (
        "{incomplete}",
        (
            "El enlace está incompleto. Ábralo desde el correo, o cópielo entero.",
            "The link is incomplete. Open it from the e-mail, or copy all of it.",
        ),
    ),
    (
        "{unreachable}",
        (
            "No hubo respuesta. Revise la conexión e inténtelo de nuevo.",
            "There was no answer. Check the connection and try again.",
        ),
    ),
];
