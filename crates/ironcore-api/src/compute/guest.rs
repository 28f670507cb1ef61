// SPDX-License-Identifier: Apache-2.0

use ironcore_derive::Judged;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::wire::{empty_as_none, nullable};

/// Key of a Secret.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
pub struct SecretKeyRef {
    /// Name of the Secret.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = NAME, text(optional_subdomain))]
    pub name: Option<String>,
    /// Key in the Secret.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = NAME)]
    pub key: Option<String>,
}

/// EFI variable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
pub struct EfiVar {
    /// Name of the variable.
    #[field(most = NAME)]
    pub name: String,
    /// UUID of the variable's vendor.
    #[serde(default, deserialize_with = "nullable")]
    #[field(sent, most = UID)]
    pub uuid: String,
    /// Value of the variable.
    #[serde(default, deserialize_with = "nullable")]
    #[field(sent, most = TEXT)]
    pub value: String,
}

/// Taint that is tolerated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
pub struct Toleration {
    /// Key of the taint. Empty matches all keys.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = LABEL_KEY)]
    pub key: Option<String>,
    /// Relation of key and value, `Equal` or `Exists`. Not validated.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = WORD)]
    pub operator: Option<String>,
    /// Value of the taint.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = LABEL_VALUE)]
    pub value: Option<String>,
    /// Effect of the taint. Empty matches all effects.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = WORD)]
    pub effect: Option<String>,
}

/// Configuration of the guest operating system.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
pub struct GuestConfig {
    /// Hostname of the guest.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = NAME, text(short, optional_label), change = immutable)]
    pub hostname: Option<String>,
}
