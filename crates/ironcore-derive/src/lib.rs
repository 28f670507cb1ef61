// SPDX-License-Identifier: Apache-2.0

//! The derives of `ironcore-api`. A field is written once, in its type; what holds of it is said there, in its attribute
//! `#[field(…)]`, and read from there for the schema, for the webhook's rules and for the order in which faults are listed.
//!
//! | Attribute | Meaning |
//! |---|---|
//! | `most = NAME` | at most `bound::NAME` characters or entries |
//! | `each(most = …, text(…))` | the same of each text of a list or map |
//! | `text(ip, …)` | rules on the text: functions of this name in `schema/text.rs` and in `validate/text.rs` |
//! | `range = 576..=9216` | rule on the number |
//! | `keyword` | the range is a keyword of the schema: for numbers of which there are too many for a rule |
//! | `sent` | every client sends the field: the schema requires it. So it is without this word where serde has no default |
//! | `required` | a rule requires the field |
//! | `source` | exactly one of the fields with this word is given |
//! | `key = name` | the list is a map by this field of its entries |
//! | `set` | no two texts of the list are the same |
//! | `labels` | the map holds labels |
//! | `form = RequiredRef` | judged as this type of `form.rs`, not as its own type |
//! | `draft = Labels` | decoded as this type of `validate/draft` |
//! | `later` | decoded only when it is judged |
//! | `measured` | its bytes on the wire count |
//! | `values` | of a status: the schema lists the values of the enum |
//! | `change = …` | what an update may do: `free`, `immutable`, `filled` (immutable, but may come from none), `once` (set once), `within` (its fields say), `special` (written by hand, in the rules and in the schema) |
//! | `default = On` | the word that the field gets where it is left open |
//! | `unless = other` | with `once`: set at creation or never, unless the field `other` is given |
//!
//! What is generated for the schema and for the rules has the condition of the feature `schema`, or `validate`, of `ironcore-api`.
//!
//! On a struct, `#[field(atomic)]` makes its owners apply it whole. If one field of a struct says how it may change, each must;
//! those of a kind's spec always must.

mod attribute;
mod change;
mod default;
mod draft;
mod schema;
mod shape;
mod structure;

use proc_macro::TokenStream;
use quote::quote;
use syn::{DeriveInput, parse_macro_input};

use structure::Structure;

/// Derives how part of a spec is judged: its draft, with the rules on each of its fields, and what the schema says of them.
#[proc_macro_derive(Judged, attributes(field, serde))]
pub fn judged(input: TokenStream) -> TokenStream {
    or_error(of_spec(&parse_macro_input!(input as DeriveInput)))
}

/// Derives what the schema says of part of a status, which is not judged.
#[proc_macro_derive(Bounded, attributes(field))]
pub fn bounded(input: TokenStream) -> TokenStream {
    let structure = Structure::of(&parse_macro_input!(input as DeriveInput));
    or_error(structure.map(|structure| schema::expand(&structure)))
}

fn of_spec(input: &DeriveInput) -> syn::Result<proc_macro2::TokenStream> {
    let structure = Structure::of(input)?;
    structure.check_changes()?;
    let schema = schema::expand(&structure);
    let draft = draft::expand(&structure)?;
    let change = change::expand(&structure)?;
    let default = default::expand(&structure);
    Ok(quote!(#schema #draft #change #default))
}

fn or_error(expanded: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    expanded
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    /// Why the struct is refused; empty where it is not.
    fn refused(input: &DeriveInput) -> String {
        let refused = of_spec(input).err();
        refused.map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn each_field_of_a_kinds_spec_says_how_it_may_change() {
        let silent: DeriveInput = parse_quote! {
            #[kube(kind = "A")]
            struct ASpec { #[field(most = NAME)] name: Option<String> }
        };
        assert!(refused(&silent).contains("change = …"));
        let says: DeriveInput = parse_quote! {
            #[kube(kind = "A")]
            struct ASpec { #[field(most = NAME, change = free)] name: Option<String> }
        };
        assert_eq!(refused(&says), "");
    }

    #[test]
    fn a_struct_in_which_one_field_says_how_it_may_change_says_it_of_each() {
        let half: DeriveInput = parse_quote! {
            struct Part {
                #[field(most = NAME, change = once)] name: Option<String>,
                #[field(most = NAME)] key: Option<String>,
            }
        };
        assert!(refused(&half).contains("change = …"));
    }

    #[test]
    fn nothing_is_without_a_bound() {
        let unbounded: [DeriveInput; 4] = [
            parse_quote!(
                struct A {
                    name: Option<String>,
                }
            ),
            parse_quote!(
                struct A {
                    number: Option<i32>,
                }
            ),
            parse_quote!(
                struct A {
                    parts: Vec<Part>,
                }
            ),
            parse_quote!(
                struct A {
                    #[field(most = ENTRIES)]
                    texts: BTreeMap<String, String>,
                }
            ),
        ];
        for input in &unbounded {
            let refused = refused(input);
            assert!(refused.contains("must say how much"), "{refused}");
        }
    }

    #[test]
    fn a_word_that_means_nothing_is_refused() {
        let slips: [(DeriveInput, &str); 3] = [
            (
                parse_quote!(
                    struct A {
                        #[field(mots = NAME)]
                        a: String,
                    }
                ),
                "no such word",
            ),
            (
                parse_quote!(
                    struct A {
                        #[field(change = never)]
                        a: String,
                    }
                ),
                "`free`",
            ),
            (
                parse_quote!(
                    struct A {
                        #[field(range = 0..9)]
                        a: i32,
                    }
                ),
                "both ends",
            ),
        ];
        for (input, why) in &slips {
            assert!(refused(input).contains(why), "{}", refused(input));
        }
    }

    #[test]
    fn fields_have_the_names_of_the_api() {
        let input: DeriveInput = parse_quote! {
            #[serde(rename_all = "camelCase")]
            struct A {
                ip_family: B,
                #[serde(rename = "virtualIP", default, deserialize_with = "f")] virtual_ip: B,
                #[serde(rename = "type")] type_: B,
            }
        };
        let structure = Structure::of(&input).unwrap();
        let names: Vec<_> = structure.fields.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["ipFamily", "virtualIP", "type"]);
        let sent: Vec<_> = structure.fields.iter().map(|f| f.said.is_sent).collect();
        assert_eq!(sent, [true, false, true], "where serde has no default");
        assert_eq!(structure.fields[2].ident().to_string(), "r#type");
    }
}
