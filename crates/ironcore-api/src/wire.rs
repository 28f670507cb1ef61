// SPDX-License-Identifier: Apache-2.0

//! What Go clients put on the wire: `null` where a list, map or string is empty.

use serde::{Deserialize, Deserializer};

/// Takes `null` for the default value.
pub(crate) fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Takes `null` and the empty string for none.
pub(crate) fn empty_as_none<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    use serde::de::{IntoDeserializer, value::StringDeserializer};
    match Option::<String>::deserialize(deserializer)? {
        Some(text) if !text.is_empty() => {
            let text: StringDeserializer<D::Error> = text.into_deserializer();
            T::deserialize(text).map(Some)
        }
        _ => Ok(None),
    }
}
