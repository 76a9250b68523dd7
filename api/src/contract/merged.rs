//! Several APIs as one: an address that two of them serve is documented once, with all its methods.

use std::collections::HashMap;

use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem_openapi::OpenApi;
use poem_openapi::registry::{MetaApi, MetaParamIn, MetaPath, MetaSchemaRef, Registry};

use crate::preconditions;

/// An API whose document contains what its types declare.
pub(crate) struct Merged<T>(pub(crate) T);

impl<T: OpenApi> OpenApi for Merged<T> {
    fn meta() -> Vec<MetaApi> {
        let mut paths: Vec<MetaPath> = Vec::new();
        for mut path in T::meta().into_iter().flat_map(|api| api.paths) {
            name_headers(&mut path);
            // poem-openapi would write the address twice, and readers of JSON keep the last.
            match paths.iter_mut().find(|known| known.path == path.path) {
                Some(known) => known.operations.append(&mut path.operations),
                None => paths.push(path),
            }
        }
        vec![MetaApi { paths }]
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn add_routes(self, routes: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {
        self.0.add_routes(routes);
    }
}

/// A header that an extractor reads by its own name is documented under that name, whatever the
/// argument of the operation is called.
fn name_headers(path: &mut MetaPath) {
    let parameters = path.operations.iter_mut().flat_map(|operation| &mut operation.params);
    for parameter in parameters.filter(|parameter| parameter.in_type == MetaParamIn::Header) {
        let MetaSchemaRef::Inline(schema) = &parameter.schema else { continue };
        let Some(about) = schema.title.as_deref().and_then(preconditions::about) else { continue };
        about.name.clone_into(&mut parameter.name);
        if parameter.description.is_none() {
            parameter.description = Some(about.description.to_owned());
        }
    }
}
