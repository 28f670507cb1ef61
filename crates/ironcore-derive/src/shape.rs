// SPDX-License-Identifier: Apache-2.0

//! What the type of a field says of its JSON.

use syn::{GenericArgument, Ident, PathArguments, Type, TypePath};

use crate::attribute::Said;

/// What a field holds, apart from `Option` and `Box`.
pub(crate) enum Shape {
    /// A text, or a word out of a few.
    Text,
    /// A whole number.
    Number,
    /// A quantity.
    Size,
    /// What is decoded as its own type, and not judged: a time, a condition, a truth value.
    Plain,
    /// An object of which nothing is judged.
    Opaque,
    /// A map of texts.
    Map,
    /// A list of texts.
    Texts,
    /// A list of objects of this type.
    Parts(Ident),
    /// An object of this type.
    Part(Ident),
}

/// The type of a field.
pub(crate) struct Typed {
    pub(crate) shape: Shape,
    pub(crate) is_optional: bool,
    pub(crate) is_boxed: bool,
    /// Its name, without `Option`, `Box` and `Vec`.
    pub(crate) innermost: Ident,
}

impl Typed {
    /// The type, of a field of which this is said.
    pub(crate) fn of(declared: &Type, said: &Said) -> syn::Result<Self> {
        let (declared, is_optional) = unwrapped(declared, "Option");
        let (declared, is_boxed) = unwrapped(declared, "Box");
        let (declared, is_list) = unwrapped(declared, "Vec");
        let Type::Path(TypePath { path, .. }) = declared else {
            return Err(unknown(declared));
        };
        let innermost = path.segments.last().ok_or_else(|| unknown(declared))?;
        let innermost = innermost.ident.clone();
        let shape = if is_list {
            list(&innermost, said)
        } else {
            single(&innermost, said)
        };
        Ok(Self {
            shape,
            is_optional,
            is_boxed,
            innermost,
        })
    }
}

fn list(name: &Ident, said: &Said) -> Shape {
    if name == "String" || !said.each.text.is_empty() {
        Shape::Texts
    } else {
        Shape::Parts(name.clone())
    }
}

fn single(name: &Ident, said: &Said) -> Shape {
    match name.to_string().as_str() {
        "String" => Shape::Text,
        "i32" | "i64" | "u32" => Shape::Number,
        "Quantity" => Shape::Size,
        "Time" | "bool" => Shape::Plain,
        "Value" => Shape::Opaque,
        "BTreeMap" => Shape::Map,
        _ if !said.text.is_empty() || said.has_values => Shape::Text,
        _ => Shape::Part(name.clone()),
    }
}

fn unwrapped<'t>(declared: &'t Type, wrapper: &str) -> (&'t Type, bool) {
    entry(declared, wrapper).map_or((declared, false), |inner| (inner, true))
}

/// What is in `wrapper<…>`, if it is one.
fn entry<'t>(declared: &'t Type, wrapper: &str) -> Option<&'t Type> {
    let Type::Path(TypePath { path, .. }) = declared else {
        return None;
    };
    let segment = path.segments.last().filter(|s| s.ident == wrapper)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

fn unknown(declared: &Type) -> syn::Error {
    syn::Error::new_spanned(declared, "no type that a field of the API has")
}
