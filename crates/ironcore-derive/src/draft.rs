// SPDX-License-Identifier: Apache-2.0

//! The draft of a struct: its fields as their author sent them, every word still text.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Result};

use crate::shape::Shape;
use crate::structure::{Field, Structure};

/// The name of the draft of `structure`.
pub(crate) fn name(structure: &Structure) -> Ident {
    format_ident!("{}Draft", structure.name)
}

/// Declares the draft, and implements `Drafted` and `Part`.
pub(crate) fn expand(structure: &Structure) -> Result<TokenStream> {
    let (of, name) = (&structure.name, name(structure));
    let declared: Vec<_> = structure
        .fields
        .iter()
        .map(declaration)
        .collect::<Result<_>>()?;
    let order = structure.fields.iter().map(order);
    let judged = structure.fields.iter().filter_map(judged);
    let sources = sources(structure);
    let module = format_ident!("draft_of_{}", snake(&of.to_string()));
    Ok(quote! {
        #[cfg(feature = "validate")]
        pub(crate) use #module::#name;

        #[cfg(feature = "validate")]
        #[allow(non_snake_case, clippy::struct_field_names)]
        mod #module {
            #[derive(Debug, Default, serde::Deserialize, serde::Serialize, validator::Validate)]
            #[serde(default)]
            pub(crate) struct #name<'a> { #(#declared,)* }

            #[automatically_derived]
            impl crate::validate::draft::Drafted for super::#of {
                type Draft<'a> = #name<'a>;
                const FIELDS: &'static [crate::validate::draft::Field] = &[#(#order),*];
            }

            #[automatically_derived]
            impl crate::validate::draft::Part for #name<'_> {
                fn judge(
                    &self,
                    at: &crate::field::FieldPath<'_>,
                    faults: &mut crate::validate::faults::Faults,
                ) {
                    crate::validate::structure::collect(self, at, faults);
                    #sources
                    #(#judged)*
                }
            }
        }
    })
}

/// `AField` as `a_field`.
fn snake(camel: &str) -> String {
    let mut snake = String::new();
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// The field of the draft.
fn declaration(field: &Field) -> Result<TokenStream> {
    let name = field.ident();
    let Decoded {
        kind,
        with,
        borrows,
    } = decoded(field)?;
    let borrow = borrows.then(|| quote!(#[serde(borrow)]));
    let with = with.map(|with| {
        let with = format!("crate::validate::draft::{with}");
        quote!(#[serde(deserialize_with = #with)])
    });
    let validate = validate(field);
    Ok(quote!(#borrow #with #validate pub(crate) #name: #kind))
}

/// How a field is decoded.
struct Decoded {
    kind: TokenStream,
    /// The function that reads it, where its type does not say.
    with: Option<&'static str>,
    /// Whether it borrows from the wire.
    borrows: bool,
}

fn decoded(field: &Field) -> Result<Decoded> {
    let said = &field.said;
    if let Some(draft) = &said.draft {
        return Ok(borrowing(quote!(crate::validate::draft::#draft<'a>), None));
    }
    let most = || {
        let most = said
            .most
            .as_ref()
            .ok_or_else(|| wanted(field, "most = …"))?;
        Ok::<_, syn::Error>(quote!({ crate::bound::#most }))
    };
    Ok(match &field.typed.shape {
        Shape::Text => {
            most()?;
            borrowing(quote!(Option<crate::validate::draft::Text<'a>>), None)
        }
        Shape::Number => {
            said.range
                .as_ref()
                .ok_or_else(|| wanted(field, "range = …"))?;
            owned(quote!(Option<i64>))
        }
        Shape::Size => borrowing(quote!(Option<crate::validate::draft::Size<'a>>), None),
        Shape::Opaque => owned(quote!(Option<crate::validate::draft::Opaque>)),
        Shape::Plain => {
            let plain = &field.typed.innermost;
            owned(quote!(Option<super::#plain>))
        }
        Shape::Map => {
            let rule = if said.is_labels {
                quote!(Label)
            } else {
                quote!(Plain)
            };
            let each = said.each.most.as_ref();
            let each = each.ok_or_else(|| wanted(field, "each(most = …)"))?;
            let most = most()?;
            let rule = quote!(crate::validate::draft::#rule);
            let map =
                quote!(crate::validate::draft::Texts<'a, #rule, #most, { crate::bound::#each }>);
            borrowing(map, None)
        }
        Shape::Texts => {
            let most = most()?;
            let text = quote!(crate::validate::draft::Text<'a>);
            borrowing(
                quote!(crate::validate::draft::List<#text, #most>),
                Some("texts"),
            )
        }
        Shape::Parts(part) => {
            let (part, most) = (draft_of(field, part), most()?);
            measured(
                field,
                quote!(crate::validate::draft::List<#part, #most>),
                "objects",
            )
        }
        Shape::Part(part) => object(field, part),
    })
}

/// Nothing is without a bound.
fn wanted(field: &Field, what: &str) -> syn::Error {
    let message = format!("`#[field({what})]` must say how much it may be");
    syn::Error::new_spanned(&field.rust, message)
}

fn object(field: &Field, part: &Ident) -> Decoded {
    let said = &field.said;
    if said.is_later {
        let form = form(field, part);
        return borrowing(
            quote!(Option<crate::validate::draft::Later<'a, #form>>),
            None,
        );
    }
    let mut draft = draft_of(field, part);
    if field.typed.is_boxed {
        draft = quote!(Box<#draft>);
    }
    if field.typed.is_optional || wants_object(field) {
        measured(field, quote!(Option<#draft>), "object")
    } else {
        borrowing(draft, Some("object_or_empty"))
    }
}

/// Whether an object must be there itself. Of a reference that is required, it is the name.
fn wants_object(field: &Field) -> bool {
    field.said.is_required
}

fn measured(field: &Field, kind: TokenStream, with: &'static str) -> Decoded {
    if field.said.is_measured {
        let with = if with == "objects" {
            "measured_objects"
        } else {
            "measured_object"
        };
        borrowing(quote!(crate::validate::draft::Measured<#kind>), Some(with))
    } else {
        borrowing(kind, Some(with))
    }
}

fn borrowing(kind: TokenStream, with: Option<&'static str>) -> Decoded {
    Decoded {
        kind,
        with,
        borrows: true,
    }
}

fn owned(kind: TokenStream) -> Decoded {
    Decoded {
        kind,
        with: None,
        borrows: false,
    }
}

/// By its name: as `Drafted::Draft` of its type, it would tie all that borrows from the wire to one lifetime.
fn draft_of(field: &Field, part: &Ident) -> TokenStream {
    let draft = format_ident!("{}Draft", field.said.form.as_ref().unwrap_or(part));
    quote!(crate::validate::draft::of_types::#draft<'a>)
}

/// The type that the field is judged as.
fn form(field: &Field, part: &Ident) -> TokenStream {
    let form = field.said.form.as_ref();
    form.map_or_else(|| quote!(super::#part), |form| quote!(crate::form::#form))
}

/// The attribute of `validator`: what holds of the field alone.
fn validate(field: &Field) -> Option<TokenStream> {
    let said = &field.said;
    let mut rules = Vec::new();
    let is_single = matches!(
        field.typed.shape,
        Shape::Text | Shape::Number | Shape::Size | Shape::Opaque
    );
    let is_text = matches!(field.typed.shape, Shape::Text);
    if said.is_required || said.is_sent && is_single {
        rules.push(quote!(required));
    }
    if let Some(most) = &said.most {
        rules.push(quote!(length(max = crate::bound::#most)));
    }
    let not_empty = (said.is_required && is_text).then(|| format_ident!("not_empty"));
    let size = matches!(field.typed.shape, Shape::Size).then(|| format_ident!("size"));
    for rule in not_empty.iter().chain(&said.text).chain(&size) {
        rules.push(quote!(custom(function = crate::validate::text::#rule)));
    }
    if let Some(range) = &said.range {
        let least = range.least.map(|least| quote!(min = #least,));
        let most = range.most.map(|most| quote!(max = #most,));
        rules.push(quote!(range(#least #most)));
    }
    (!rules.is_empty()).then(|| quote!(#[validate(#(#rules),*)]))
}

/// The place of a field among those of its struct, and what is below it.
fn order(field: &Field) -> TokenStream {
    let name = &field.name;
    let below = match &field.typed.shape {
        Shape::Part(part) | Shape::Parts(part) => {
            let form = form(field, part);
            quote!(<#form as crate::validate::draft::Drafted>::FIELDS)
        }
        _ => quote!(&[]),
    };
    quote!(crate::validate::draft::Field { name: #name, below: #below })
}

/// Judges what is in a field.
fn judged(field: &Field) -> Option<TokenStream> {
    let (ident, name) = (field.ident(), &field.name);
    let below = quote!(&at.field(#name));
    if field.said.is_set {
        return Some(quote!(crate::validate::draft::set(&self.#ident, #below, faults);));
    }
    match &field.typed.shape {
        Shape::Texts => {
            let each = &field.said.each;
            let most = each.most.as_ref().map(|most| quote!(crate::bound::#most))?;
            let text = each
                .text
                .iter()
                .map(|rule| quote!(crate::validate::text::#rule));
            Some(quote! {
                crate::validate::draft::each(&self.#ident, #most, &[#(#text),*], #below, faults);
            })
        }
        Shape::Map | Shape::Part(_) | Shape::Parts(_) => Some(quote! {
            crate::validate::draft::Part::judge(&self.#ident, #below, faults);
        }),
        Shape::Text | Shape::Number | Shape::Size | Shape::Plain | Shape::Opaque => None,
    }
}

fn sources(structure: &Structure) -> Option<TokenStream> {
    let sources = structure.sources();
    let each = sources.iter().map(|field| {
        let (ident, name) = (field.ident(), &field.name);
        if field.is_reference() {
            quote!((#name, crate::reference::Named::named(&self.#ident).is_some()))
        } else {
            quote!((#name, self.#ident.is_some()))
        }
    });
    (!sources.is_empty())
        .then(|| quote!(crate::validate::source::exactly_one(at, [#(#each),*], faults);))
}
