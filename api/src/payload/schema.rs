//! Schema: what the OpenAPI document says about a type, with references and combinations resolved.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use regex::Regex;
use serde_json::Value;

/// A registered type with everything it refers to.
pub(crate) struct Schema {
    root: MetaSchemaRef,
    registry: Registry,
    patterns: Mutex<HashMap<String, Option<Regex>>>,
}

/// One schema as a reader sees it: `$ref` followed, `allOf` merged.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "these are the flags of JSON Schema")]
pub(crate) struct Flat<'s> {
    pub(crate) ty: &'s str,
    pub(crate) format: &'s str,
    pub(crate) nullable: bool,
    pub(crate) read_only: bool,
    /// An object that was declared field by field, so that any other field is a mistake.
    pub(crate) closed: bool,
    pub(crate) enum_items: &'s [Value],
    pub(crate) properties: Vec<(&'static str, &'s MetaSchemaRef)>,
    pub(crate) required: Vec<&'static str>,
    pub(crate) additional: Option<&'s MetaSchemaRef>,
    pub(crate) items: Option<&'s MetaSchemaRef>,
    pub(crate) alternatives: &'s [MetaSchemaRef],
    pub(crate) discriminator: Option<(&'static str, &'s [(String, String)])>,
    pub(crate) minimum: Option<(f64, bool)>,
    pub(crate) maximum: Option<(f64, bool)>,
    pub(crate) min_length: Option<usize>,
    pub(crate) max_length: Option<usize>,
    pub(crate) pattern: Option<&'s str>,
    pub(crate) min_items: Option<usize>,
    pub(crate) max_items: Option<usize>,
    pub(crate) unique_items: bool,
}

impl Schema {
    /// The schema of `T`, registered once per process.
    pub(crate) fn of<T: Type + 'static>() -> Arc<Self> {
        static KNOWN: LazyLock<Mutex<HashMap<TypeId, Arc<Schema>>>> = LazyLock::new(Mutex::default);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let schema = known.entry(TypeId::of::<T>()).or_insert_with(|| {
            let mut registry = Registry::new();
            T::register(&mut registry);
            Arc::new(Self::new(T::schema_ref(), registry))
        });
        Arc::clone(schema)
    }

    pub(crate) fn new(root: MetaSchemaRef, registry: Registry) -> Self {
        Self { root, registry, patterns: Mutex::default() }
    }

    pub(crate) fn root(&self) -> &MetaSchemaRef {
        &self.root
    }

    /// The schema registered as `#/components/schemas/…`.
    pub(crate) fn named(&self, reference: &str) -> Option<&MetaSchema> {
        self.registry.schemas.get(reference.rsplit('/').next().unwrap_or(reference))
    }

    /// Follows references and merges combinations.
    pub(crate) fn flat<'s>(&'s self, schema: &'s MetaSchemaRef) -> Flat<'s> {
        let mut flat = Flat::default();
        self.merge(schema, &mut flat);
        flat
    }

    /// The same for a schema that was found by name.
    pub(crate) fn flat_named<'s>(&'s self, schema: &'s MetaSchema) -> Flat<'s> {
        let mut flat = Flat::default();
        self.merge_schema(schema, &mut flat);
        flat
    }

    /// Whether `text` has the documented form; a pattern that cannot be read forbids everything.
    pub(crate) fn matches(&self, pattern: &str, text: &str) -> bool {
        let mut patterns = self.patterns.lock().unwrap_or_else(PoisonError::into_inner);
        patterns
            .entry(pattern.to_owned())
            .or_insert_with(|| Regex::new(pattern).ok())
            .as_ref()
            .is_some_and(|regex| regex.is_match(text))
    }

    fn merge<'s>(&'s self, schema: &'s MetaSchemaRef, flat: &mut Flat<'s>) {
        match schema {
            MetaSchemaRef::Inline(schema) => self.merge_schema(schema, flat),
            MetaSchemaRef::Reference(name) => {
                if let Some(schema) = self.named(name) {
                    self.merge_schema(schema, flat);
                }
            }
        }
    }

    /// What was said first holds: poem-openapi puts the rules of a field before those of its type.
    fn merge_schema<'s>(&'s self, schema: &'s MetaSchema, flat: &mut Flat<'s>) {
        if flat.ty.is_empty() {
            flat.ty = schema.ty;
        }
        if flat.format.is_empty() {
            flat.format = schema.format.unwrap_or_default();
        }
        flat.nullable |= schema.nullable;
        flat.read_only |= schema.read_only;
        flat.closed |= !schema.properties.is_empty() || schema.title.is_some();
        if flat.enum_items.is_empty() {
            flat.enum_items = &schema.enum_items;
        }
        flat.properties.extend(schema.properties.iter().map(|(name, schema)| (*name, schema)));
        flat.required.extend(&schema.required);
        flat.additional = flat.additional.or(schema.additional_properties.as_deref());
        flat.items = flat.items.or(schema.items.as_deref());
        if flat.alternatives.is_empty() {
            let one_of = !schema.one_of.is_empty();
            flat.alternatives = if one_of { &schema.one_of } else { &schema.any_of };
        }
        if let Some(found) = &schema.discriminator {
            flat.discriminator = Some((found.property_name, &found.mapping));
        }
        let exclusive = |flag: Option<bool>| flag.unwrap_or_default();
        let minimum = schema.minimum.map(|bound| (bound, exclusive(schema.exclusive_minimum)));
        let maximum = schema.maximum.map(|bound| (bound, exclusive(schema.exclusive_maximum)));
        flat.minimum = flat.minimum.or(minimum);
        flat.maximum = flat.maximum.or(maximum);
        flat.min_length = flat.min_length.or(schema.min_length);
        flat.max_length = flat.max_length.or(schema.max_length);
        flat.pattern = flat.pattern.or(schema.pattern.as_deref());
        flat.min_items = flat.min_items.or(schema.min_items);
        flat.max_items = flat.max_items.or(schema.max_items);
        flat.unique_items |= schema.unique_items.unwrap_or_default();
        for part in &schema.all_of {
            self.merge(part, flat);
        }
    }
}
