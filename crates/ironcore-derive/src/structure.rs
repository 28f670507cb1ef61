// SPDX-License-Identifier: Apache-2.0

//! A struct of the API, and its fields.

use syn::{Attribute, Data, DeriveInput, Fields, Ident, LitStr, Result, Token};

use crate::attribute::{Change, Said};
use crate::shape::{Shape, Typed};

/// A struct of the API.
pub(crate) struct Structure {
    pub(crate) name: Ident,
    pub(crate) fields: Vec<Field>,
    pub(crate) is_atomic: bool,
    /// Whether it is the spec of a kind.
    is_spec: bool,
}

/// A field of a struct.
pub(crate) struct Field {
    /// Its name in Rust.
    pub(crate) rust: Ident,
    /// Its name in the API.
    pub(crate) name: String,
    pub(crate) typed: Typed,
    pub(crate) said: Said,
}

impl Structure {
    pub(crate) fn of(input: &DeriveInput) -> Result<Self> {
        let Data::Struct(data) = &input.data else {
            return Err(syn::Error::new_spanned(input, "a struct has fields"));
        };
        let Fields::Named(fields) = &data.fields else {
            return Err(syn::Error::new_spanned(input, "fields have names"));
        };
        let is_camel = Serde::of(&input.attrs)?.rename_all.is_some();
        let fields = fields.named.iter().map(|field| Field::of(field, is_camel));
        Ok(Self {
            name: input.ident.clone(),
            fields: fields.collect::<Result<_>>()?,
            is_atomic: Said::of(&input.attrs)?.is_atomic,
            is_spec: input.attrs.iter().any(|a| a.path().is_ident("kube")),
        })
    }

    /// The fields of which exactly one is given.
    pub(crate) fn sources(&self) -> Vec<&Field> {
        self.fields.iter().filter(|f| f.said.is_source).collect()
    }

    /// Whether its fields say how they may change.
    pub(crate) fn says_changes(&self) -> bool {
        self.is_spec || self.fields.iter().any(|field| field.said.change.is_some())
    }

    /// None is forgotten.
    pub(crate) fn check_changes(&self) -> Result<()> {
        let forgotten = |field: &&Field| field.said.change.is_none();
        if self.says_changes()
            && let Some(field) = self.fields.iter().find(forgotten)
        {
            let message = "`#[field(change = …)]` must say what an update may do with the field";
            return Err(syn::Error::new_spanned(&field.rust, message));
        }
        Ok(())
    }

    /// The field of this name in Rust.
    pub(crate) fn field(&self, rust: &Ident) -> Result<&Field> {
        let found = self.fields.iter().find(|field| field.rust == *rust);
        found.ok_or_else(|| syn::Error::new_spanned(rust, "no such field"))
    }
}

impl Field {
    fn of(field: &syn::Field, is_camel: bool) -> Result<Self> {
        let rust = field.ident.clone().expect("fields have names");
        let serde = Serde::of(&field.attrs)?;
        let mut said = Said::of(&field.attrs)?;
        let typed = Typed::of(&field.ty, &said)?;
        // What serde can't do without is in the schema's `required`.
        said.is_sent |= !typed.is_optional && !serde.has_default;
        let name = match serde.rename {
            Some(name) => name.value(),
            None if is_camel => camel(&rust.to_string()),
            None => rust.to_string(),
        };
        Ok(Self {
            rust,
            name,
            typed,
            said,
        })
    }

    /// Its name in the API, as an identifier.
    pub(crate) fn ident(&self) -> Ident {
        let span = self.rust.span();
        if syn::parse_str::<Ident>(&self.name).is_ok() {
            Ident::new(&self.name, span)
        } else {
            Ident::new_raw(&self.name, span)
        }
    }

    /// Whether it refers to another object.
    pub(crate) fn is_reference(&self) -> bool {
        matches!(&self.typed.shape, Shape::Part(name) if name == "LocalRef" || name == "UidRef")
    }

    /// Whether its text is a prefix: one that is spelled in another way is the same.
    pub(crate) fn is_cidr(&self) -> bool {
        self.said.text.iter().any(|rule| rule == "cidr")
    }

    /// How it may change, if its struct says so.
    pub(crate) fn change(&self) -> Change {
        self.said.change.unwrap_or(Change::Free)
    }
}

/// What serde is told, as far as it matters here.
#[derive(Default)]
struct Serde {
    rename: Option<LitStr>,
    rename_all: Option<LitStr>,
    has_default: bool,
}

impl Serde {
    fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut serde = Self::default();
        for attribute in attributes.iter().filter(|a| a.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| {
                let value = |meta: &syn::meta::ParseNestedMeta<'_>| meta.value()?.parse();
                if meta.path.is_ident("rename") {
                    serde.rename = Some(value(&meta)?);
                } else if meta.path.is_ident("rename_all") {
                    serde.rename_all = Some(value(&meta)?);
                } else {
                    serde.has_default |= meta.path.is_ident("default");
                    if meta.input.peek(Token![=]) {
                        let _: LitStr = value(&meta)?;
                    }
                }
                Ok(())
            })?;
        }
        Ok(serde)
    }
}

/// `a_field` as `aField`.
fn camel(snake: &str) -> String {
    let mut words = snake.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |all, word| {
        let (head, tail) = word.split_at(word.len().min(1));
        all + &head.to_uppercase() + tail
    })
}
