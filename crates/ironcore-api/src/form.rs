// SPDX-License-Identifier: Apache-2.0

//! Forms: types that a field of another type is judged as (`#[field(form = …)]`), where more holds of it at that place than its
//! own type says. They have no values.

#![expect(
    dead_code,
    reason = "forms have no values; what counts is what their fields say"
)]

use ironcore_derive::Judged;

/// A reference that must name something.
#[derive(Judged)]
#[field(atomic)]
pub(crate) struct RequiredRef {
    #[serde(default)]
    #[field(required, most = NAME, text(optional_subdomain))]
    name: String,
}

/// A reference to an object whose name is a DNS label.
#[derive(Judged)]
#[field(atomic)]
pub(crate) struct LabelRef {
    #[serde(default)]
    #[field(most = NAME, text(short, optional_label))]
    name: String,
}

/// A reference to one very object, whose name is a DNS label.
#[derive(Judged)]
#[field(atomic)]
pub(crate) struct LabelUidRef {
    #[serde(default)]
    #[field(most = NAME, text(short, optional_label))]
    name: String,
    #[serde(default)]
    #[field(most = UID)]
    uid: String,
}

/// A reference in a status, of which nothing is judged.
pub(crate) enum NameOnly {}

/// Metadata of a template whose object gets its name from where the template is.
#[derive(Debug)]
pub(crate) enum NamelessMeta {}

impl NamelessMeta {
    /// The fields that may not be there.
    pub(crate) const NAMES: [&'static str; 3] = ["name", "generateName", "namespace"];
}
