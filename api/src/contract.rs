//! Contract: what the operations of an API declare about themselves, read where they are defined.

pub(crate) mod collection;
pub(crate) mod document;
mod merged;
pub(crate) mod outline;
mod problems;

use std::collections::HashMap;
use std::ops::Range;

use poem::http::Method;
use poem_openapi::registry::{MetaOperation, MetaOperationParam, MetaParamIn, Registry};
use poem_openapi::{OpenApi, OpenApiService};

pub(crate) use merged::Merged;

use outline::PartOutline;

use crate::access::{ANYONE, BEARER, DEVICE, OPERATOR};
use crate::language::{Language, Words};
use crate::payload::{BytesMax, Schema, expectation};
use crate::problem::Code;

/// What the document contains about the API as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its name.
    pub title: String,
    /// Its version.
    pub version: String,
    /// An introduction to the API, in Markdown.
    pub description: Words,
    /// The codes that the rules of each operation answer with, by its id.
    pub refusals: Vec<Refusals>,
}

/// An operation's id with the codes of its rules.
pub type Refusals = (&'static str, &'static [Code]);

/// Why an API is not served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContractError {
    /// Operations that declare no access.
    #[error("these operations declare neither a permission nor that they need none: {}", .0.join(", "))]
    NoAccess(Vec<String>),
    /// Operations without the name that clients are generated from.
    #[error("these operations have no operation id: {}", .0.join(", "))]
    NoOperationId(Vec<String>),
}

/// Who may use an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Anyone,
    SignedIn,
    Operator,
    Device,
    Permission(&'static str),
}

/// The operations of an API and the document about them.
pub(crate) struct Contract {
    operations: Vec<Operation>,
    /// Where the operations are whose address has no parameter.
    fixed: HashMap<String, Range<usize>>,
    /// All addresses as documented, in the order in which they are defined.
    paths: Vec<String>,
    /// The document for programs, in English.
    document: String,
    /// The document for readers of Spanish.
    spanish: String,
}

/// The facts about one operation that the edge needs.
pub(crate) struct Operation {
    pub(crate) method: Method,
    /// The address as documented, `/v1/orders/{order_id}`.
    pub(crate) template: String,
    pub(crate) access: Access,
    /// Media types of its answers; none when it answers without a body.
    pub(crate) produces: Vec<&'static str>,
    /// The 4xx that it can answer: status and code.
    pub(crate) problems: Vec<(u16, Code)>,
    /// How large its body may be; none where no body belongs.
    pub(crate) body: Option<BytesMax>,
    parameters: Vec<Parameter>,
}

struct Parameter {
    place: MetaParamIn,
    name: String,
    is_list: bool,
    expects: Words,
}

impl Contract {
    /// Reads the contract of `T`; refuses one that leaves open who may do what.
    pub(crate) fn try_new<T: OpenApi + 'static, W: poem_openapi::Webhook>(
        service: &OpenApiService<Merged<T>, W>,
        about: &About,
    ) -> Result<Self, ContractError> {
        let mut registry = Registry::new();
        T::register(&mut registry);
        let mut operations = Vec::new();
        let mut no_access = Vec::new();
        let mut no_id = Vec::new();
        let mut paths = Vec::new();
        for path in Merged::<T>::meta().into_iter().flat_map(|api| api.paths) {
            paths.push(path.path.clone());
            for operation in path.operations {
                let name = format!("{} {}", operation.method, path.path);
                let id = operation.operation_id.unwrap_or_default();
                if id.is_empty() {
                    no_id.push(name.clone());
                }
                match access(&operation) {
                    Some(access) => operations.push(Operation {
                        template: path.path.clone(),
                        access,
                        produces: produces(&operation),
                        problems: problems::of(&operation, &path.path, access, about),
                        body: operation.request.as_ref().map(|_| BytesMax::of(&path.path, id)),
                        parameters: parameters(&operation, &registry),
                        method: operation.method,
                    }),
                    None => no_access.push(name),
                }
            }
        }
        if !no_access.is_empty() {
            return Err(ContractError::NoAccess(no_access));
        }
        if !no_id.is_empty() {
            return Err(ContractError::NoOperationId(no_id));
        }
        // `{` sorts after letters, so a fixed address is met before one with a parameter there.
        operations.sort_by(|a, b| a.template.cmp(&b.template));
        let spec = service.spec();
        let [document, spanish] = [Language::English, Language::Spanish]
            .map(|language| document::finish(&spec, about, &operations, &paths, language));
        let mut fixed: HashMap<String, Range<usize>> = HashMap::new();
        for (place, operation) in operations.iter().enumerate() {
            if !operation.template.contains('{') {
                fixed.entry(operation.template.clone()).or_insert(place..place).end = place + 1;
            }
        }
        Ok(Self { operations, fixed, paths, document, spanish })
    }

    /// The OpenAPI document for programs: its texts are English.
    pub(crate) fn document(&self) -> &str {
        &self.document
    }

    /// The operations of the document in English, in the order of its readers.
    pub(crate) fn outline(&self) -> Vec<PartOutline> {
        outline::of(&self.document, &self.paths)
    }

    /// The OpenAPI document for readers of a language.
    pub(crate) fn document_in(&self, language: Language) -> &str {
        match language {
            Language::English => &self.document,
            Language::Spanish => &self.spanish,
        }
    }

    /// The operation behind an address; `HEAD` is answered by `GET`.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Option<&Operation> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.at(path).find(|operation| operation.method == *method)
    }

    /// The documented address that `path` is a case of.
    pub(crate) fn template(&self, path: &str) -> Option<&str> {
        self.at(path).next().map(|operation| operation.template.as_str())
    }

    /// The value of `Allow` for an address.
    pub(crate) fn allow(&self, path: &str) -> String {
        let mut methods: Vec<&str> = self.at(path).map(|found| found.method.as_str()).collect();
        if methods.is_empty() || methods.contains(&"GET") {
            methods.retain(|method| *method != "GET");
            methods.extend(["GET", "HEAD"]);
        }
        methods.sort_unstable();
        methods.join(", ")
    }

    fn at<'c>(&'c self, path: &str) -> impl Iterator<Item = &'c Operation> + use<'c> {
        let here = self.fixed.get(path).cloned().unwrap_or_else(|| self.under_parameters(path));
        self.operations[here].iter()
    }

    /// Operations of one address stand side by side.
    fn under_parameters(&self, path: &str) -> Range<usize> {
        let first = self.operations.iter().position(|found| covers(&found.template, path));
        let Some(first) = first else { return 0..0 };
        let template = &self.operations[first].template;
        let others =
            self.operations[first..].iter().take_while(|found| found.template == *template);
        first..first + others.count()
    }
}

impl Operation {
    /// Whether it is a command of a company: one that needs a permission and carries an id.
    pub(crate) fn is_command(&self) -> bool {
        matches!(self.access, Access::Permission(_))
            && self.place("idempotency-key") == Some(MetaParamIn::Header)
    }

    /// What a parameter has to be. The framework numbers the parts of a path: `param0`, `param1`.
    pub(crate) fn expects(&self, place: MetaParamIn, name: &str) -> Option<(&str, &Words)> {
        let mut here = self.parameters.iter().filter(|parameter| parameter.place == place);
        let found = if place == MetaParamIn::Path {
            let name = path_parameter(&self.template, name.strip_prefix("param")?.parse().ok()?)?;
            here.find(|parameter| parameter.name == name)
        } else {
            here.find(|parameter| parameter.name.eq_ignore_ascii_case(name))
        };
        found.map(|parameter| (parameter.name.as_str(), &parameter.expects))
    }

    /// Whether the document names this problem. What any address can answer is not repeated at each.
    pub(crate) fn documents(&self, status: u16, code: Code) -> bool {
        matches!(code, Code::Misdirected | Code::HeaderTooLarge | Code::MethodNotAllowed)
            || self.problems.contains(&(status, code))
    }

    /// Whether the query of a request may have a parameter of this name.
    pub(crate) fn has_query(&self, name: &str) -> bool {
        let mut query = self.parameters.iter().filter(|found| found.place == MetaParamIn::Query);
        query.any(|parameter| parameter.name == name)
    }

    /// Whether a parameter of the query may be given more than once.
    pub(crate) fn is_list(&self, name: &str) -> bool {
        let mut query = self.parameters.iter().filter(|found| found.place == MetaParamIn::Query);
        query.any(|parameter| parameter.name == name && parameter.is_list)
    }

    /// Where a parameter of this name is read from: query or header.
    pub(crate) fn place(&self, name: &str) -> Option<MetaParamIn> {
        self.parameters
            .iter()
            .find(|parameter| parameter.name.eq_ignore_ascii_case(name))
            .map(|parameter| parameter.place)
    }
}

fn access(operation: &MetaOperation) -> Option<Access> {
    let mut declared = operation.security.iter().flat_map(|scheme| scheme.keys().copied());
    match declared.next()? {
        ANYONE => Some(Access::Anyone),
        BEARER => Some(Access::SignedIn),
        OPERATOR => Some(Access::Operator),
        DEVICE => Some(Access::Device),
        permission => Some(Access::Permission(permission)),
    }
}

fn produces(operation: &MetaOperation) -> Vec<&'static str> {
    let successes = operation.responses.responses.iter().filter(|answer| answer.status.is_some());
    successes.flat_map(|answer| answer.content.iter().map(|media| media.content_type)).collect()
}

fn parameters(operation: &MetaOperation, registry: &Registry) -> Vec<Parameter> {
    let parameter = |param: &MetaOperationParam| {
        let schema = Schema::new(&param.schema, registry);
        Parameter {
            place: param.in_type,
            name: param.name.clone(),
            is_list: schema.root().ty == "array",
            expects: expectation(schema.root()),
        }
    };
    operation.params.iter().map(parameter).collect()
}

fn path_parameter(template: &str, idx: usize) -> Option<&str> {
    template.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).nth(idx)
}

fn covers(template: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    let covered = template.split('/').all(|wanted| {
        parts
            .next()
            .is_some_and(|part| part == wanted || (wanted.starts_with('{') && !part.is_empty()))
    });
    covered && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_covers_its_own_addresses_only() {
        assert!(covers("/v1/orders/{id}", "/v1/orders/7"));
        assert!(covers("/v1/orders", "/v1/orders"));
        for other in ["/v1/orders/", "/v1/orders", "/v1/orders/7/pay", "/v2/orders/7"] {
            assert!(!covers("/v1/orders/{id}", other), "{other}");
        }
        assert_eq!(path_parameter("/v1/{a}/x/{b}", 1), Some("b"));
        assert_eq!(path_parameter("/v1/{a}", 1), None);
    }
}
