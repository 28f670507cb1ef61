// SPDX-License-Identifier: Apache-2.0

//! The words that fields get where they are left open.

use proc_macro2::TokenStream;
use quote::quote;

use crate::draft;
use crate::structure::Structure;

/// Implements how they are set in a struct, and in its draft, if there are any.
pub(crate) fn expand(structure: &Structure) -> Option<TokenStream> {
    let with_default = structure.fields.iter().filter_map(|field| {
        let word = field.said.default.as_ref()?;
        Some((field, word))
    });
    let (of, draft) = (&structure.name, draft::name(structure));
    let open = with_default.clone().map(|(field, _)| {
        let rust = &field.rust;
        quote!(self.#rust.is_none())
    });
    let typed = with_default.clone().map(|(field, word)| {
        let (rust, kind) = (&field.rust, &field.typed.innermost);
        quote!(self.#rust.get_or_insert(#kind::#word);)
    });
    let drafted = with_default.clone().map(|(field, word)| {
        let (ident, name, word) = (field.ident(), &field.name, word.to_string());
        quote!(crate::validate::fill::word(#name, &mut self.#ident, #word, fillings);)
    });
    with_default.clone().next()?;
    Some(quote! {
        impl #of {
            /// Whether a field is open that has a default.
            pub(crate) fn lacks_defaults(&self) -> bool {
                #(#open)||*
            }

            /// Sets the defaults of fields that are open.
            pub(crate) fn set_defaults(&mut self) {
                #(#typed)*
            }
        }

        #[cfg(feature = "validate")]
        impl #draft<'_> {
            /// Sets the defaults of fields that are open, in the spec of an object.
            pub(crate) fn set_defaults(&mut self, fillings: &mut Vec<crate::default::Filling>) {
                #(#drafted)*
            }
        }
    })
}
