// SPDX-License-Identifier: Apache-2.0

//! What the schema says of a struct's fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use crate::shape::Shape;
use crate::structure::{Field, Structure};

/// Implements `Constrain`.
pub(crate) fn expand(structure: &Structure) -> TokenStream {
    let name = &structure.name;
    let fields = structure.fields.iter().map(field);
    let sent = structure.fields.iter().filter(|field| field.said.is_sent);
    let sent = sent.map(|field| &field.name);
    let atomic = structure.is_atomic.then(|| quote!(node.atomic();));
    let sources = sources(structure);
    quote! {
        #[cfg(feature = "schema")]
        #[automatically_derived]
        impl crate::schema::Constrain for #name {
            fn constrain(mut node: crate::schema::Node<'_>) {
                node.require(&[#(#sent),*]);
                #atomic
                #sources
                #(#fields)*
            }
        }
    }
}

fn sources(structure: &Structure) -> Option<TokenStream> {
    let sources = structure.sources();
    let each = sources.iter().map(|field| {
        let name = &field.name;
        if field.is_reference() {
            quote!(crate::schema::common::reference_source(#name))
        } else {
            quote!(crate::schema::common::source(#name))
        }
    });
    (!sources.is_empty())
        .then(|| quote!(crate::schema::common::one_source(&mut node, &[#(#each),*]);))
}

fn field(field: &Field) -> TokenStream {
    let said = &field.said;
    let name = &field.name;
    let most = said.most.as_ref().map(|most| at_most(name, most));
    let text = rules(name, &said.text);
    let range = range(field);
    let required = required(field);
    let key = said.key.as_ref().map(|key| {
        let key = key.to_string();
        quote!(node.at(#name).list_map(#key);)
    });
    let set = said.is_set.then(|| quote!(node.at(#name).list_set();));
    let default = said.default.as_ref().map(|word| {
        let word = word.to_string();
        quote!(node.at(#name).default(#word.into());)
    });
    let inner = inner(field);
    quote!(#most #text #range #required #key #set #default #inner)
}

/// What is said of what is in the field.
fn inner(field: &Field) -> TokenStream {
    let name = &field.name;
    let constrain = |form: &Ident, place: &str| {
        let own = quote!(#form);
        let form = field.said.form.as_ref();
        let form = form.map_or(own, |form| quote!(crate::form::#form));
        quote!(<#form as crate::schema::Constrain>::constrain(node.at(#place));)
    };
    match &field.typed.shape {
        Shape::Part(part) => constrain(part, name),
        Shape::Parts(part) => constrain(part, &format!("{name}[]")),
        Shape::Texts => each(field, &format!("{name}[]")),
        Shape::Map => each(field, &format!("{name}{{}}")),
        Shape::Size => quote!(crate::schema::text::size(&mut node, #name);),
        Shape::Opaque => quote!(node.at(#name).opaque();),
        Shape::Text if field.said.has_values => {
            let word = &field.typed.innermost;
            quote!(node.at(#name).values_of::<#word>();)
        }
        Shape::Text | Shape::Number | Shape::Plain => TokenStream::new(),
    }
}

fn each(field: &Field, place: &str) -> TokenStream {
    let each = &field.said.each;
    let most = each.most.as_ref().map(|most| at_most(place, most));
    let text = rules(place, &each.text);
    quote!(#most #text)
}

fn at_most(place: &str, most: &Ident) -> TokenStream {
    quote!(node.at(#place).at_most(crate::bound::#most);)
}

fn rules(place: &str, rules: &[Ident]) -> TokenStream {
    let rules = rules
        .iter()
        .map(|rule| quote!(node.at(#place).rules(crate::schema::text::#rule());));
    quote!(#(#rules)*)
}

fn range(field: &Field) -> TokenStream {
    let Some(range) = &field.said.range else {
        return TokenStream::new();
    };
    let name = &field.name;
    let (least, most) = (option(range.least), option(range.most));
    let is_keyword = field.said.is_keyword;
    quote!(node.at(#name).range(#least, #most, #is_keyword);)
}

fn option(number: Option<i64>) -> TokenStream {
    number.map_or_else(|| quote!(None), |number| quote!(Some(#number)))
}

fn required(field: &Field) -> Option<TokenStream> {
    let name = &field.name;
    let is_text = matches!(field.typed.shape, Shape::Text);
    field
        .said
        .is_required
        .then(|| quote!(node.rule(crate::schema::common::required_field(#name, #is_text));))
}
