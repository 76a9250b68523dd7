//! Schema: what the OpenAPI document declares about a type, with references and combinations
//! resolved.

use std::any::TypeId;
use std::collections::HashMap;
use std::ptr;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
// Its `Type` is not brought into scope: it gives texts and lists an `is_empty` of its own.
use poem_openapi::types;
use regex::Regex;
use serde_json::Value;

/// A type with everything it refers to, laid out once, so that nothing is looked up for a value.
pub(crate) struct Schema {
    /// The type itself is the first.
    parts: Vec<Flat>,
}

/// One of the [`Flat`]s of a [`Schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part(usize);

/// One schema as a reader sees it: `$ref` followed, `allOf` merged.
#[derive(Default)]
pub(crate) struct Flat {
    pub(crate) ty: &'static str,
    pub(crate) format: &'static str,
    pub(crate) nullable: bool,
    /// An object that was declared field by field, so that any other field is a mistake.
    pub(crate) closed: bool,
    pub(crate) enum_items: Vec<Value>,
    /// Those that may be sent.
    pub(crate) properties: Vec<Property>,
    pub(crate) additional: Option<Part>,
    pub(crate) items: Option<Part>,
    pub(crate) alternatives: Vec<Part>,
    /// The property that names an alternative, and the names.
    pub(crate) discriminator: Option<(&'static str, Vec<(String, Part)>)>,
    /// A bound, and whether it is exclusive.
    pub(crate) minimum: Option<(f64, bool)>,
    pub(crate) maximum: Option<(f64, bool)>,
    pub(crate) min_length: Option<usize>,
    pub(crate) max_length: Option<usize>,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) min_items: Option<usize>,
    pub(crate) max_items: Option<usize>,
    pub(crate) unique_items: bool,
}

/// A field of an object.
pub(crate) struct Property {
    pub(crate) name: &'static str,
    pub(crate) schema: Part,
    pub(crate) is_required: bool,
}

/// The form of a text.
pub(crate) struct Pattern {
    pub(crate) text: String,
    regex: Option<Regex>,
}

impl Pattern {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), regex: Regex::new(text).ok() }
    }

    /// Whether `text` has the documented form; a pattern that cannot be read forbids everything.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

impl Schema {
    /// The schema of `T`, laid out once per process.
    pub(crate) fn of<T: types::Type + 'static>() -> Arc<Self> {
        static KNOWN: LazyLock<Mutex<HashMap<TypeId, Arc<Schema>>>> = LazyLock::new(Mutex::default);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let schema = known.entry(TypeId::of::<T>()).or_insert_with(|| {
            let mut registry = Registry::new();
            T::register(&mut registry);
            Arc::new(Self::new(&T::schema_ref(), &registry))
        });
        Arc::clone(schema)
    }

    /// The schema of something that is registered.
    pub(crate) fn new(root: &MetaSchemaRef, registry: &Registry) -> Self {
        let mut layout = Layout { registry, parts: Vec::new(), laid: HashMap::new() };
        layout.lay(root);
        Self { parts: layout.parts }
    }

    pub(crate) fn root(&self) -> &Flat {
        self.part(Part(0))
    }

    pub(crate) fn part(&self, part: Part) -> &Flat {
        &self.parts[part.0]
    }
}

/// A schema in the making.
struct Layout<'r> {
    registry: &'r Registry,
    parts: Vec<Flat>,
    /// What has been laid out, or is being: a type may refer to itself.
    laid: HashMap<*const MetaSchema, Part>,
}

impl<'r> Layout<'r> {
    /// A reference to nothing accepts everything.
    fn lay(&mut self, schema: &'r MetaSchemaRef) -> Part {
        match self.resolved(schema) {
            Some(schema) => self.lay_resolved(schema),
            None => self.reserve(),
        }
    }

    fn lay_resolved(&mut self, schema: &'r MetaSchema) -> Part {
        if let Some(part) = self.laid.get(&ptr::from_ref(schema)) {
            return *part;
        }
        let part = self.reserve();
        self.laid.insert(schema, part);
        let layers = self.layers(schema);
        self.parts[part.0] = self.flat(&layers);
        part
    }

    fn reserve(&mut self) -> Part {
        self.parts.push(Flat::default());
        Part(self.parts.len() - 1)
    }

    /// What comes first holds: poem-openapi puts the rules of a field before those of its type.
    fn flat(&mut self, layers: &[&'r MetaSchema]) -> Flat {
        let first = |rule: fn(&MetaSchema) -> Option<usize>| layers.iter().find_map(|it| rule(it));
        let ty = layers.iter().map(|it| it.ty).find(|ty| !ty.is_empty());
        let format = layers.iter().find_map(|it| it.format);
        let enum_items = layers.iter().map(|it| &it.enum_items).find(|items| !items.is_empty());
        let alternatives = layers.iter().flat_map(|it| [&it.one_of, &it.any_of]);
        let alternatives = alternatives.into_iter().find(|alternatives| !alternatives.is_empty());
        let pattern = layers.iter().find_map(|it| it.pattern.as_deref());
        Flat {
            ty: ty.unwrap_or_default(),
            format: format.unwrap_or_default(),
            nullable: layers.iter().any(|it| it.nullable),
            closed: layers.iter().any(|it| !it.properties.is_empty() || it.title.is_some()),
            enum_items: enum_items.cloned().unwrap_or_default(),
            properties: self.properties(layers),
            additional: layers
                .iter()
                .find_map(|it| it.additional_properties.as_deref())
                .map(|schema| self.lay(schema)),
            items: layers.iter().find_map(|it| it.items.as_deref()).map(|schema| self.lay(schema)),
            alternatives: alternatives
                .into_iter()
                .flatten()
                .map(|alternative| self.lay(alternative))
                .collect(),
            discriminator: self.discriminator(layers),
            minimum: layers.iter().find_map(|it| bound(it.minimum, it.exclusive_minimum)),
            maximum: layers.iter().find_map(|it| bound(it.maximum, it.exclusive_maximum)),
            min_length: first(|it| it.min_length),
            max_length: first(|it| it.max_length),
            pattern: pattern.map(Pattern::new),
            min_items: first(|it| it.min_items),
            max_items: first(|it| it.max_items),
            unique_items: layers.iter().any(|it| it.unique_items.unwrap_or_default()),
        }
    }

    fn properties(&mut self, layers: &[&'r MetaSchema]) -> Vec<Property> {
        let is_required = |name| layers.iter().any(|it| it.required.contains(&name));
        let mut properties = Vec::new();
        for (name, schema) in layers.iter().flat_map(|it| &it.properties) {
            let is_read_only = |schema| self.layers(schema).iter().any(|it| it.read_only);
            if !self.resolved(schema).is_some_and(is_read_only) {
                let schema = self.lay(schema);
                properties.push(Property { name, schema, is_required: is_required(name) });
            }
        }
        properties
    }

    fn discriminator(
        &mut self,
        layers: &[&'r MetaSchema],
    ) -> Option<(&'static str, Vec<(String, Part)>)> {
        let found = layers.iter().rev().find_map(|it| it.discriminator.as_ref())?;
        let mut named = Vec::with_capacity(found.mapping.len());
        for (name, reference) in &found.mapping {
            if let Some(schema) = self.named(reference) {
                named.push((name.clone(), self.lay_resolved(schema)));
            }
        }
        Some((found.property_name, named))
    }

    /// A schema and those that it is combined with, which add to it.
    fn layers(&self, schema: &'r MetaSchema) -> Vec<&'r MetaSchema> {
        let mut layers = vec![schema];
        for part in schema.all_of.iter().filter_map(|part| self.resolved(part)) {
            layers.extend(self.layers(part));
        }
        layers
    }

    fn resolved(&self, schema: &'r MetaSchemaRef) -> Option<&'r MetaSchema> {
        match schema {
            MetaSchemaRef::Inline(schema) => Some(schema),
            MetaSchemaRef::Reference(name) => self.named(name),
        }
    }

    /// What is registered as `#/components/schemas/…`.
    fn named(&self, reference: &str) -> Option<&'r MetaSchema> {
        self.registry.schemas.get(reference.rsplit('/').next().unwrap_or(reference))
    }
}

fn bound(bound: Option<f64>, is_exclusive: Option<bool>) -> Option<(f64, bool)> {
    bound.map(|bound| (bound, is_exclusive.unwrap_or_default()))
}
