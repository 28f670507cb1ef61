// SPDX-License-Identifier: Apache-2.0

//! What is in a template.

use std::fmt;

use serde::de::{IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use validator::Validate;

use super::{Drafted, Field, Part, Text};
use crate::bound;
use crate::compute::MachineNetworkInterfaceDraft;
use crate::field::FieldPath;
use crate::ipam::PrefixSpecDraft;
use crate::networking::{
    EphemeralPrefixDraft, EphemeralVirtualIPSpec, NetworkInterfaceSpecDraft,
    NetworkInterfaceTemplateDraft, VirtualIPSpec, VirtualIPSpecDraft,
};
use crate::validate::faults::Faults;
use crate::validate::structure::collect;
use crate::validate::text;

impl<'a> MachineNetworkInterfaceDraft<'a> {
    /// The spec of the template, where there is one.
    pub(crate) fn template_spec(&self) -> Option<&NetworkInterfaceSpecDraft<'a>> {
        self.template()?.spec.as_ref()
    }

    /// The template, where there is one.
    pub(crate) fn template(&self) -> Option<&NetworkInterfaceTemplateDraft<'a>> {
        self.ephemeral.as_ref()?.networkInterfaceTemplate.as_ref()
    }
}

impl<'a> EphemeralPrefixDraft<'a> {
    /// The spec of the template, where there is one.
    pub(crate) fn spec(&self) -> Option<&PrefixSpecDraft<'a>> {
        self.prefixTemplate.as_ref()?.spec.as_ref()
    }
}

/// A [`VirtualIPSpec`], and a field of its own beside its fields.
#[derive(Debug, Default, Serialize, Validate)]
pub(crate) struct EphemeralVirtualIPSpecDraft<'a> {
    virtual_ip: VirtualIPSpecDraft<'a>,
    #[validate(length(max = bound::WORD), custom(function = text::reclaim_policy))]
    reclaimPolicy: Option<Text<'a>>,
}

const RECLAIM_POLICY: &str = "reclaimPolicy";

impl Drafted for EphemeralVirtualIPSpec {
    type Draft<'a> = EphemeralVirtualIPSpecDraft<'a>;
    const FIELDS: &'static [Field] = &{
        let mut fields = [Field::plain(RECLAIM_POLICY); VirtualIPSpec::FIELDS.len() + 1];
        let (others, _) = fields.split_at_mut(VirtualIPSpec::FIELDS.len());
        others.copy_from_slice(VirtualIPSpec::FIELDS);
        fields
    };
}

impl Part for EphemeralVirtualIPSpecDraft<'_> {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        collect(self, at, faults);
        self.virtual_ip.judge(at, faults);
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for EphemeralVirtualIPSpecDraft<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = EphemeralVirtualIPSpecDraft<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let mut own = None;
                let others = Others { map, own: &mut own };
                let virtual_ip = VirtualIPSpecDraft::deserialize(
                    serde::de::value::MapAccessDeserializer::new(others),
                )?;
                Ok(EphemeralVirtualIPSpecDraft {
                    virtual_ip,
                    reclaimPolicy: own,
                })
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// The fields of an object but for its own, which is kept. `#[serde(flatten)]` would keep all that is sent.
struct Others<'o, 'de, A> {
    map: A,
    own: &'o mut Option<Text<'de>>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Others<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.map.next_key::<Text<'de>>()? {
            if &*key != RECLAIM_POLICY {
                return seed.deserialize((*key).into_deserializer()).map(Some);
            }
            *self.own = self.map.next_value()?;
        }
        Ok(None)
    }

    fn next_value_seed<V: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}
