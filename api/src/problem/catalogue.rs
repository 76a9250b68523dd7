//! Every refusal of this API: a closed list, each with its status, its title and what to do about it.

use poem::http::StatusCode;

use super::codes::codes;
use crate::language::Words;

codes! {
    /// No token, or something that is not a token at all.
    AuthRequired = "auth-required", UNAUTHORIZED {
        title: "Hay que iniciar sesión" / "Sign in first",
        advice: "Inicie sesión y envíe el token en Authorization: Bearer."
            / "Sign in and send the token as Authorization: Bearer.",
    }
    /// A token that was not made here, not for this, or not yet.
    TokenInvalid = "token-invalid", UNAUTHORIZED {
        title: "El token no es válido" / "The token is not valid",
        advice: "Descarte el token e inicie sesión de nuevo." / "Throw the token away and sign in again.",
    }
    /// A token whose time is over.
    TokenExpired = "token-expired", UNAUTHORIZED {
        title: "El token venció" / "The token has expired",
        advice: "Inicie sesión de nuevo y repita la solicitud." / "Sign in again and repeat the request.",
    }
    /// A token of a sign-in that is over: signed out, suspended, or the password has changed.
    TokenRevoked = "token-revoked", UNAUTHORIZED {
        title: "La sesión terminó" / "The sign-in is over",
        advice: "Inicie sesión de nuevo." / "Sign in again.",
    }
    /// A token that renews a sign-in came back: another client has it too, and the sign-in is over.
    RefreshReused = "refresh-reused", UNAUTHORIZED {
        title: "El token de renovación ya se había usado" / "The refresh token was used before",
        advice: "La sesión se cerró por seguridad. Inicie sesión de nuevo y cambie la contraseña si no fue usted."
            / "The sign-in was ended for safety. Sign in again, and change the password if it was not you.",
    }
    /// Unknown e-mail or wrong password; the answer does not distinguish them.
    LoginFailed = "login-failed", UNAUTHORIZED {
        title: "El correo o la contraseña no coinciden" / "E-mail or password do not match",
        advice: "Revise el correo, la contraseña y, si la envía, la empresa."
            / "Check the e-mail, the password and, if sent, the company.",
    }
    /// A sign-in with a PIN, and more is asked for than a PIN is good for.
    PasswordRequired = "password-required", FORBIDDEN {
        title: "Hay que entrar con la contraseña" / "Sign in with the password for this",
        advice: "Inicie sesión con correo y contraseña y repita la solicitud."
            / "Sign in with e-mail and password and repeat the request.",
    }
    /// The PIN was set by another user and only serves to choose another.
    PinChangeRequired = "pin-change-required", FORBIDDEN {
        title: "Hay que cambiar el PIN" / "The PIN has to be changed",
        advice: "Elija un PIN propio en POST /v1/auth/pin/replace."
            / "Choose a PIN of your own at POST /v1/auth/pin/replace.",
    }
    /// The PIN was tried too often, or its owner may do more than when another user set it.
    PinBlocked = "pin-blocked", FORBIDDEN {
        title: "El PIN ya no sirve" / "The PIN does not count any more",
        advice: "Elija otro con su contraseña, o pida uno a quien administra la empresa."
            / "Choose another with your password, or ask an administrator of the company for one.",
    }
    /// Too much at once from one side.
    RateLimited = "rate-limited", TOO_MANY_REQUESTS {
        title: "Demasiadas solicitudes" / "Too many requests",
        advice: "Espere lo que dice Retry-After y repita." / "Wait as long as Retry-After says and repeat.",
    }
    /// Signed in, but not allowed to do this.
    Forbidden = "forbidden", FORBIDDEN {
        title: "No tiene permiso" / "You are not allowed to do this",
        advice: "Pida el permiso a quien administra la empresa."
            / "Ask an administrator of the company for the permission.",
    }
    /// The operator has closed the company.
    CompanyClosed = "company-closed", FORBIDDEN {
        title: "La empresa está cerrada" / "The company is closed",
        advice: "Hable con quien opera el servicio; los datos se conservan."
            / "Talk to the operator of the service; the data is kept.",
    }
    /// The trial is over, a payment is due for too long, or the company is suspended.
    SubscriptionRequired = "subscription-required", PAYMENT_REQUIRED {
        title: "La suscripción no está al día" / "The subscription is not in good standing",
        advice: "Hable con quien opera el servicio; mientras tanto puede consultar y cerrar lo que está abierto."
            / "Talk to the operator of the service; meanwhile you can read and close what is open.",
    }
    /// The company's plan has no more of this, or does not include it.
    PlanLimit = "plan-limit", PAYMENT_REQUIRED {
        title: "El plan no lo permite" / "The plan does not allow this",
        advice: "Pida un plan más amplio a quien opera el servicio."
            / "Ask whoever runs the service for a larger plan.",
    }
    /// The caller would give or take what they do not hold themselves.
    PrivilegeEscalation = "privilege-escalation", FORBIDDEN {
        title: "No puede dar ni quitar lo que no tiene" / "You cannot give or take what you do not hold",
        advice: "Pídalo a alguien que tenga esos permisos y sedes."
            / "Ask somebody who holds these permissions and branches.",
    }
    /// A role would inherit from itself.
    RoleCycle = "role-cycle", CONFLICT {
        title: "El rol heredaría de sí mismo" / "The role would inherit from itself",
        advice: "Lea los roles de nuevo y elija otros padres." / "Read the roles again and choose other parents.",
    }
    /// The role, permission or category is in use.
    InUse = "in-use", CONFLICT {
        title: "Está en uso" / "It is in use",
        advice: "Quite primero lo que lo usa." / "Remove first what uses it.",
    }
    /// No active user would be left who may do everything in all branches.
    LastOwner = "last-owner", CONFLICT {
        title: "Es el último administrador" / "This is the last administrator",
        advice: "Nombre primero a otro administrador con todas las sedes."
            / "Make somebody else an administrator of all branches first.",
    }
    /// Another user of the company has the e-mail address.
    EmailTaken = "email-taken", CONFLICT {
        title: "Ese correo ya tiene una cuenta" / "This e-mail address has an account",
        advice: "Busque a la persona en la lista, o use otro correo."
            / "Look for the person in the list, or use another address.",
    }
    /// A link in an e-mail that was used, replaced or is too old.
    TicketInvalid = "ticket-invalid", UNPROCESSABLE_ENTITY {
        title: "El enlace ya no sirve" / "The link is no longer good",
        advice: "Pida una invitación o un enlace nuevos." / "Ask for another invitation or link.",
    }
    /// No such thing here, or none that the caller may see.
    NotFound = "not-found", NOT_FOUND {
        title: "No existe" / "Not found",
        advice: "Revise la dirección y el identificador." / "Check the address and the id.",
    }
    /// Something came to where it is not answered: between nodes, or as if it were from a node.
    Misdirected = "misdirected", MISDIRECTED_REQUEST {
        title: "La solicitud llegó a una dirección que no la atiende" / "The request came to an address that does not answer it",
        advice: "Envíela a la dirección pública del servicio, sin el encabezado Fastops-Forwarded."
            / "Send it to the public address of the service, without the header Fastops-Forwarded.",
    }
    /// An id in the body names nothing.
    UnknownReference = "unknown-reference", UNPROCESSABLE_ENTITY {
        title: "Un identificador del cuerpo no existe" / "An id in the body names nothing",
        advice: "Revise los identificadores que nombra errors." / "Check the ids that errors names.",
    }
    /// A cursor or position token that was changed, is foreign, or is of another query.
    InvalidCursor = "invalid-cursor", BAD_REQUEST {
        title: "El cursor no sirve para esta consulta" / "The cursor is not one for this query",
        advice: "Use next_cursor tal como llegó y con los mismos filtros, o empiece sin cursor."
            / "Use next_cursor as it came and with the same filters, or start without a cursor.",
    }
    /// A value that breaks the documented rules.
    Validation = "validation", UNPROCESSABLE_ENTITY {
        title: "Hay valores que no cumplen las reglas" / "Some values break the rules",
        advice: "Corrija cada valor que nombra errors. En la dirección y los encabezados se responde 400."
            / "Correct each value that errors names. In the address and the headers the status is 400.",
    }
    /// A field that does not exist.
    UnknownField = "unknown-field", UNPROCESSABLE_ENTITY {
        title: "Hay campos que no existen" / "Some fields do not exist",
        advice: "Quite los campos que nombra errors; no se ignoran en silencio."
            / "Remove the fields that errors names; they are not ignored silently.",
    }
    /// The thing is in a state from which this cannot be done.
    InvalidTransition = "invalid-transition", CONFLICT {
        title: "El estado no lo permite" / "The state does not allow this",
        advice: "Lea el estado actual y decida de nuevo." / "Read the current state and decide again.",
    }
    /// The branch is closed.
    BranchClosed = "branch-closed", CONFLICT {
        title: "La sede está cerrada" / "The branch is closed",
        advice: "Termine los pedidos que quedan; para empezar algo, abra la sede de nuevo o elija otra."
            / "Finish the orders that are left; to begin something, reopen the branch or choose another.",
    }
    /// The body is not valid JSON.
    MalformedBody = "malformed-body", BAD_REQUEST {
        title: "El cuerpo no es JSON válido" / "The body is not valid JSON",
        advice: "Envíe JSON en UTF-8, sin claves repetidas y con poca profundidad."
            / "Send JSON in UTF-8, without repeated keys and not deeply nested.",
    }
    /// A body where none belongs.
    UnexpectedBody = "unexpected-body", BAD_REQUEST {
        title: "Aquí no va ningún cuerpo" / "No body belongs here",
        advice: "Repita la solicitud sin cuerpo, sin Transfer-Encoding y sin Content-Length o con 0."
            / "Repeat the request without a body, without Transfer-Encoding and without Content-Length or with 0.",
    }
    /// The body is of a kind that is not read here.
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE {
        title: "Ese tipo de contenido no se acepta" / "This content type is not accepted",
        advice: "Envíe Content-Type: application/json, o el tipo que documenta la operación, sin comprimir."
            / "Send Content-Type: application/json, or what the operation documents, not compressed.",
    }
    /// Nothing that can be answered is among what `Accept` names.
    NotAcceptable = "not-acceptable", NOT_ACCEPTABLE {
        title: "No hay respuesta en ese formato" / "There is no answer in that format",
        advice: "Incluya application/json en Accept." / "Include application/json in Accept.",
    }
    /// The address exists, the method does not.
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED {
        title: "Ese método no existe aquí" / "This method does not exist here",
        advice: "Use uno de los métodos que nombra Allow." / "Use one of the methods that Allow names.",
    }
    /// The body is larger than allowed.
    PayloadTooLarge = "payload-too-large", PAYLOAD_TOO_LARGE {
        title: "El cuerpo es demasiado grande" / "The body is too large",
        advice: "Divida la solicitud en varias más pequeñas." / "Split the request into smaller ones.",
    }
    /// What was sent as an image is none that is read.
    UnsupportedImage = "unsupported-image", UNPROCESSABLE_ENTITY {
        title: "Esa imagen no se puede usar" / "This image cannot be used",
        advice: "Envíe un JPEG, PNG o WebP completo y sin animación." / "Send a whole JPEG, PNG or WebP that is not animated.",
    }
    /// An image has more pixels than are read.
    ImageTooLarge = "image-too-large", UNPROCESSABLE_ENTITY {
        title: "La imagen tiene demasiados píxeles" / "The image has too many pixels",
        advice: "Redúzcala a 25 millones de píxeles y a 12000 por lado como máximo."
            / "Make it at most 25 million pixels and 12000 on a side.",
    }
    /// The headers are larger than allowed.
    HeaderTooLarge = "header-too-large", REQUEST_HEADER_FIELDS_TOO_LARGE {
        title: "Los encabezados son demasiado grandes" / "The headers are too large",
        advice: "Envíe menos encabezados o más cortos." / "Send fewer or shorter headers.",
    }
    /// The body did not arrive in time.
    RequestTimeout = "request-timeout", REQUEST_TIMEOUT {
        title: "La solicitud tardó demasiado en llegar" / "The request took too long to arrive",
        advice: "Repita la solicitud con la misma Idempotency-Key." / "Repeat the request with the same Idempotency-Key.",
    }
    /// A command without the id that makes it safe to repeat.
    IdempotencyKeyRequired = "idempotency-key-required", BAD_REQUEST {
        title: "Falta Idempotency-Key" / "Idempotency-Key is missing",
        advice: "Haga un UUID por cada intención, guárdelo antes de enviar y repítalo en cada reintento."
            / "Make one UUID per intention, save it before sending and repeat it on every retry.",
    }
    /// An id of a command that is not a UUID.
    IdempotencyKeyInvalid = "idempotency-key-invalid", BAD_REQUEST {
        title: "Idempotency-Key no es un UUID" / "Idempotency-Key is not a UUID",
        advice: "Envíe un solo UUID con guiones, mejor de la versión 7." / "Send exactly one hyphenated UUID, best of version 7.",
    }
    /// The id of a command came back with another command.
    IdempotencyMismatch = "idempotency-mismatch", UNPROCESSABLE_ENTITY {
        title: "Esa Idempotency-Key ya se usó para otra cosa" / "This Idempotency-Key was used for something else",
        advice: "Use una clave nueva para cada intención nueva." / "Use a new key for every new intention.",
    }
    /// The same command is still being carried out.
    IdempotencyInProgress = "idempotency-in-progress", CONFLICT {
        title: "La misma solicitud aún está en curso" / "The same request is still in progress",
        advice: "Espere y repita con la misma clave." / "Wait and repeat with the same key.",
    }
    /// A change without the version that it applies to.
    PreconditionRequired = "precondition-required", PRECONDITION_REQUIRED {
        title: "Falta If-Match" / "If-Match is missing",
        advice: "Lea el recurso y envíe su ETag en If-Match." / "Read the resource and send its ETag as If-Match.",
    }
    /// A change of a version that is no longer the current one.
    VersionConflict = "version-conflict", PRECONDITION_FAILED {
        title: "Alguien lo cambió antes" / "Somebody changed it first",
        advice: "Lea el recurso de nuevo y decida si el cambio aún vale."
            / "Read the resource again and decide whether the change still holds.",
    }
    /// A code of a variant that has to be unique and is not.
    ItemCodeTaken = "code-taken", CONFLICT {
        title: "El código ya está en uso" / "The code is taken",
        advice: "Use otro código, o quíteselo primero al producto que lo tiene."
            / "Use another code, or take it from the product that has it first.",
    }
    /// A name that has to be unique and is not.
    NameTaken = "name-taken", CONFLICT {
        title: "El nombre ya está en uso" / "The name is taken",
        advice: "Elija otro nombre." / "Choose another name.",
    }
    /// Two published price lists would have a price for one thing at one moment, and neither is more specific.
    PriceListTie = "price-list-tie", CONFLICT {
        title: "La lista de precios empata con otra" / "The price list ties with another",
        advice: "Cambie las condiciones o la fecha de una de las dos, o retire la otra."
            / "Change the conditions or the date of one of them, or withdraw the other.",
    }
    /// An event that a read model could not take in still cannot be.
    StillParked = "still-parked", CONFLICT {
        title: "El evento todavía no se puede aplicar" / "The event still cannot be applied",
        advice: "Corrija la causa y repita, o descarte el evento diciendo por qué."
            / "Remove the cause and repeat, or discard the event and say why.",
    }
    /// More is paid than is owed.
    PaymentExceeds = "payment-exceeds", CONFLICT {
        title: "El pago supera lo que se debe" / "The payment is more than what is owed",
        advice: "Lea lo que falta por pagar y cobre eso." / "Read what is left to pay and take that.",
    }
    /// There is too little of something that the order takes.
    OutOfStock = "out-of-stock", CONFLICT {
        title: "No hay existencias suficientes" / "There is not enough in stock",
        advice: "Quite o cambie los productos que nombra errors, o registre la mercancía que llegó."
            / "Remove or change the products that errors names, or enter the goods that came in.",
    }
    /// The branch does not sell something of the order at the moment.
    NotAvailable = "not-available", CONFLICT {
        title: "Algo del pedido no está disponible" / "Something in the order is not available",
        advice: "Quite o cambie lo que nombra errors, o vuelva a ofrecerlo en la sede."
            / "Remove or change what errors names, or put it back in the branch.",
    }
    /// The tax profile of the branch does not say which taxes a product bears.
    TaxUndetermined = "tax-undetermined", CONFLICT {
        title: "No se sabe qué impuestos lleva un producto"
            / "It is not known which taxes a product bears",
        advice: "Complete el perfil tributario de la sede, o cambie la clase tributaria del producto que nombra errors."
            / "Complete the tax profile of the branch, or change the tax class of the product that errors names.",
    }
    /// Others changed the same thing again and again meanwhile.
    Busy = "busy", SERVICE_UNAVAILABLE {
        title: "Hay demasiados cambios a la vez" / "Too many changes at once",
        advice: "Repita con la misma Idempotency-Key después de Retry-After."
            / "Repeat with the same Idempotency-Key after Retry-After.",
    }
    /// The queue is full.
    Overloaded = "overloaded", SERVICE_UNAVAILABLE {
        title: "El servicio está saturado" / "The service is overloaded",
        advice: "Repita con la misma Idempotency-Key después de Retry-After."
            / "Repeat with the same Idempotency-Key after Retry-After.",
    }
    /// What it is about was changed by a later release of this service, in a way that this one cannot read.
    ReleaseBehind = "release-behind", SERVICE_UNAVAILABLE {
        title: "Este servicio aún no conoce lo que ya ocurrió"
            / "This service does not know yet what has happened",
        advice: "Se está actualizando el servicio: repita con la misma Idempotency-Key después de Retry-After."
            / "The service is being upgraded: repeat with the same Idempotency-Key after Retry-After.",
    }
    /// There is no room for what would be written; reading goes on.
    StorageFull = "storage-full", SERVICE_UNAVAILABLE {
        title: "No queda espacio para guardar" / "There is no room to store more",
        advice: "Avise a quien opera el servicio; después repita con la misma Idempotency-Key."
            / "Tell whoever runs the service; then repeat with the same Idempotency-Key.",
    }
    /// Something this service needs does not answer.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE {
        title: "El servicio no está disponible" / "The service is not available",
        advice: "Repita con la misma Idempotency-Key después de Retry-After."
            / "Repeat with the same Idempotency-Key after Retry-After.",
    }
    /// It is unclear whether it was done; a retry with the same key settles it.
    OutcomeUnknown = "outcome-unknown", SERVICE_UNAVAILABLE {
        title: "No se sabe si se hizo" / "It is not known whether it was done",
        advice: "Repita con la misma Idempotency-Key: se hará una sola vez."
            / "Repeat with the same Idempotency-Key: it will be done once.",
    }
    /// The read model has not seen the position that `after` names.
    ReadModelBehind = "read-model-behind", SERVICE_UNAVAILABLE {
        title: "La lectura aún no llega a ese punto" / "Reading has not caught up yet",
        advice: "Repita después de Retry-After, o lea sin after." / "Repeat after Retry-After, or read without after.",
    }
    /// A defect of this service.
    Internal = "internal", INTERNAL_SERVER_ERROR {
        title: "Error interno" / "Internal error",
        advice: "Repita con la misma Idempotency-Key; si sigue, envíe instance a soporte."
            / "Repeat with the same Idempotency-Key; if it goes on, send instance to support.",
    }
}

impl Code {
    /// The code with this slug.
    pub fn of_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.slug() == slug)
    }

    /// How long a client waits before a retry, in seconds; none where a retry is no use.
    pub(crate) const fn retry_after_seconds(self) -> Option<u64> {
        match self {
            Self::Busy
            | Self::IdempotencyInProgress
            | Self::OutcomeUnknown
            | Self::RateLimited
            | Self::ReadModelBehind => Some(1),
            Self::Overloaded | Self::Unavailable => Some(2),
            Self::ReleaseBehind | Self::StorageFull => Some(30),
            _ => None,
        }
    }

    /// The most precise code for a bare status, for answers of the framework.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::AuthRequired,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::NOT_ACCEPTABLE => Self::NotAcceptable,
            StatusCode::REQUEST_TIMEOUT => Self::RequestTimeout,
            StatusCode::PAYLOAD_TOO_LARGE => Self::PayloadTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::TOO_MANY_REQUESTS => Self::RateLimited,
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Self::HeaderTooLarge,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            other if other.is_client_error() => Self::Validation,
            _ => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests;
