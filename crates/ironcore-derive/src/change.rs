// SPDX-License-Identifier: Apache-2.0

//! What an update may do with a struct's fields: as a table, of which the schema makes rules, and compared with what was.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Result;

use crate::attribute::Change;
use crate::draft;
use crate::shape::Shape;
use crate::structure::{Field, Structure};

/// Implements `Frozen`, for the struct and for its draft, if its fields say how they may change.
pub(crate) fn expand(structure: &Structure) -> Result<TokenStream> {
    if !structure.says_changes() {
        return Ok(TokenStream::new());
    }
    let (of, draft) = (&structure.name, draft::name(structure));
    let fields = structure.fields.iter();
    let table: Vec<_> = fields
        .clone()
        .map(|field| entry(structure, field))
        .collect::<Result<_>>()?;
    let compared: Vec<_> = fields
        .map(|field| compared(structure, field))
        .collect::<Result<_>>()?;
    Ok(quote! {
        #[cfg(feature = "schema")]
        #[automatically_derived]
        impl crate::schema::Changes for #of {
            const CHANGES: &'static [crate::schema::Change] = &[#(#table),*];
        }

        #[cfg(feature = "validate")]
        #[automatically_derived]
        impl crate::validate::stored::Frozen for #draft<'_> {
            #[allow(unused_variables)]
            fn frozen(
                &self,
                old: &Self,
                at: &crate::field::FieldPath<'_>,
                faults: &mut crate::validate::faults::Faults,
            ) {
                #(#compared)*
            }
        }
    })
}

fn entry(structure: &Structure, field: &Field) -> Result<TokenStream> {
    let name = &field.name;
    let is_sent = field.said.is_sent;
    let of = match &field.typed.shape {
        _ if field.is_reference() => quote!(Reference),
        _ if field.is_cidr() => quote!(Cidr),
        Shape::Text => quote!(Text),
        Shape::Number => quote!(Number),
        Shape::Texts | Shape::Parts(_) => quote!(List),
        Shape::Map => quote!(Map),
        Shape::Part(_) | Shape::Size | Shape::Opaque | Shape::Plain => quote!(Object),
    };
    let how = match field.change() {
        Change::Free => quote!(Free),
        Change::Immutable => quote!(Immutable),
        Change::Filled => quote!(Filled),
        Change::Special => quote!(Special),
        Change::Within => {
            let within = &field.typed.innermost;
            quote!(Within(<#within as crate::schema::Changes>::CHANGES))
        }
        Change::Once => {
            let unless = field.said.unless.as_ref();
            let unless = unless.map(|other| structure.field(other)).transpose()?;
            let unless = unless.map(|other| &other.name);
            let unless = unless.map_or_else(|| quote!(None), |other| quote!(Some(#other)));
            quote!(Once { unless: #unless })
        }
    };
    Ok(quote! {
        crate::schema::Change {
            field: #name,
            is_sent: #is_sent,
            of: crate::schema::Of::#of,
            how: crate::schema::How::#how,
        }
    })
}

/// Compares a field with what it was.
fn compared(structure: &Structure, field: &Field) -> Result<TokenStream> {
    let (ident, name) = (field.ident(), &field.name);
    let at = quote!(&at.field(#name));
    let value = |whose: TokenStream| {
        if field.is_cidr() {
            quote!(&crate::validate::stored::Cidr(#whose.#ident.as_deref()))
        } else {
            quote!(&#whose.#ident)
        }
    };
    let (new, old) = (value(quote!(self)), value(quote!(old)));
    let stored = quote!(crate::validate::stored);
    Ok(match field.change() {
        Change::Free | Change::Special => TokenStream::new(),
        Change::Immutable => quote!(#stored::immutable(#at, #new, #old, faults);),
        Change::Filled => {
            let is_sent = field.said.is_sent;
            quote!(#stored::filled(#at, #is_sent, #new, #old, faults);)
        }
        Change::Within => quote! {
            #stored::within(#at, self.#ident.as_ref(), old.#ident.as_ref(), faults);
        },
        Change::Once => {
            let unless = field.said.unless.as_ref();
            let unless = unless.map(|other| structure.field(other)).transpose()?;
            let unless = unless.map(Field::ident).map(|other| {
                quote!(if old.#other.is_none() {
                    #stored::not_later(#at, #new, #old, faults);
                })
            });
            quote!(#stored::once(#at, #new, #old, faults); #unless)
        }
    })
}
