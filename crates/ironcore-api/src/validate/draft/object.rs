// SPDX-License-Identifier: Apache-2.0

//! Objects as a whole, as far as a rule reads them.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use validator::Validate;

use super::{Drafted, Field, List, Metadata, Part, Text, decode, object, object_or_empty, objects};
use crate::bound;
use crate::compute::{MachineSpec, MachineSpecDraft};
use crate::field::FieldPath;
use crate::ipam::{PrefixSpec, PrefixSpecDraft};
use crate::networking::{
    NetworkInterfaceSpec, NetworkInterfaceSpecDraft, NetworkSpec, NetworkSpecDraft, VirtualIPSpec,
    VirtualIPSpecDraft,
};
use crate::validate::faults::Faults;
use crate::validate::stored::Frozen;

/// The draft of an object.
pub(crate) trait Object: Validate {
    /// The fields of its spec.
    const FIELDS: &'static [Field];

    /// Its spec, to be judged field by field.
    fn part(&self) -> &dyn Part;

    /// Adds what an update of `old` may not change, as the fields of the spec say.
    fn kept(&self, old: &Self, faults: &mut Faults);
}

/// Declares the draft of a kind whose objects have a spec.
macro_rules! object {
    ($kind:ident: $spec:ident, $draft:ident $(, $field:ident: $type:ty)?) => {
        #[derive(Debug, Default, Deserialize, Serialize, Validate)]
        #[serde(default)]
        pub(crate) struct $kind<'a> {
            #[serde(borrow, deserialize_with = "object")]
            pub(crate) metadata: Option<Metadata<'a>>,
            #[serde(borrow, deserialize_with = "object")]
            #[validate(required)]
            pub(crate) spec: Option<$draft<'a>>,
            $(#[serde(borrow)] $field: $type,)?
        }

        impl Object for $kind<'_> {
            const FIELDS: &'static [Field] = $spec::FIELDS;

            fn part(&self) -> &dyn Part {
                &self.spec
            }

            fn kept(&self, old: &Self, faults: &mut Faults) {
                if let (Some(new), Some(old)) = (&self.spec, &old.spec) {
                    new.frozen(old, &FieldPath::root("spec"), faults);
                }
            }
        }
    };
}

object!(Prefix: PrefixSpec, PrefixSpecDraft);
object!(VirtualIP: VirtualIPSpec, VirtualIPSpecDraft);
object!(NetworkInterface: NetworkInterfaceSpec, NetworkInterfaceSpecDraft);
// The status as text: whatever a client sends there decides nothing.
object!(Machine: MachineSpec, MachineSpecDraft, status: Option<&'a RawValue>);

/// The spec may be absent.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(crate) struct Network<'a> {
    #[serde(borrow, deserialize_with = "object")]
    pub(crate) metadata: Option<Metadata<'a>>,
    #[serde(borrow, deserialize_with = "object_or_empty")]
    pub(crate) spec: NetworkSpecDraft<'a>,
}

impl Object for Network<'_> {
    const FIELDS: &'static [Field] = NetworkSpec::FIELDS;

    fn part(&self) -> &dyn Part {
        &self.spec
    }

    fn kept(&self, old: &Self, faults: &mut Faults) {
        let spec = FieldPath::root("spec");
        self.spec.frozen(&old.spec, &spec, faults);
    }
}

impl Machine<'_> {
    /// The status, as far as it can be read.
    pub(crate) fn status(&self) -> MachineStatus<'_> {
        let status = self.status.map_or("null", RawValue::get);
        decode(status).unwrap_or_default()
    }
}

/// Status of a machine, as far as a rule reads it.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct MachineStatus<'a> {
    #[serde(borrow, deserialize_with = "objects")]
    pub(crate) volumes: List<VolumeStatus<'a>, { bound::VOLUMES }>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct VolumeStatus<'a> {
    #[serde(borrow)]
    pub(crate) name: Option<Text<'a>>,
}
