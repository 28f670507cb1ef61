// SPDX-License-Identifier: Apache-2.0

//! Metadata of a template whose object gets its name from where the template is.

use serde::Deserialize;

use super::{Drafted, Field, Part, given};
use crate::field::{Fault, FieldPath};
use crate::form::NamelessMeta;
use crate::template::{TemplateMeta, TemplateMetaDraft};
use crate::validate::faults::Faults;
use crate::validate::text::at_most;
use crate::{bound, words};

#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Nameless<'a>(#[serde(borrow)] TemplateMetaDraft<'a>);

impl Drafted for NamelessMeta {
    type Draft<'a> = Nameless<'a>;
    const FIELDS: &'static [Field] = TemplateMeta::FIELDS;
}

impl Part for Nameless<'_> {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        let Self(metadata) = self;
        metadata.judge(at, faults);
        let names = [&metadata.name, &metadata.generateName, &metadata.namespace];
        for (field, text) in NamelessMeta::NAMES.into_iter().zip(names) {
            // One that is too long is refused for that.
            if given(text.as_deref()).is_some_and(|text| at_most(text, bound::NAME).is_ok()) {
                faults.push(Fault::forbidden(&at.field(field), words::NAMELESS));
            }
        }
    }
}
