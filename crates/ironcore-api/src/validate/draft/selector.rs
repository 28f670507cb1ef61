// SPDX-License-Identifier: Apache-2.0

//! A selector by labels, whose type is Kubernetes'.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::texts::{LabelValue, MatchLabels};
use super::{Drafted, Field, List, Part, Text, objects, texts};
use crate::bound;
use crate::field::FieldPath;
use crate::validate::faults::Faults;
use crate::validate::structure::collect;
use crate::wire::nullable;

#[derive(Debug, Default, PartialEq, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(crate) struct Selector<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    #[validate(length(max = bound::ENTRIES))]
    matchLabels: MatchLabels<'a>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::ENTRIES))]
    pub(crate) matchExpressions: List<Expression<'a>, { bound::ENTRIES }>,
}

#[derive(Debug, Default, PartialEq, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(crate) struct Expression<'a> {
    #[serde(borrow)]
    #[validate(required, length(max = bound::LABEL_KEY))]
    pub(crate) key: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(
        required,
        length(max = bound::WORD)
    )]
    pub(crate) operator: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "texts")]
    #[validate(length(max = bound::ENTRIES))]
    pub(crate) values: List<LabelValue<'a>, { bound::ENTRIES }>,
}

impl Drafted for LabelSelector {
    type Draft<'a> = Selector<'a>;
    const FIELDS: &'static [Field] = &[
        Field::plain("matchLabels"),
        Field {
            name: "matchExpressions",
            below: &[
                Field::plain("key"),
                Field::plain("operator"),
                Field::plain("values"),
            ],
        },
    ];
}

impl Part for Selector<'_> {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        collect(self, at, faults);
        let Self {
            matchLabels,
            matchExpressions,
        } = self;
        matchLabels.judge(&at.field("matchLabels"), faults);
        matchExpressions.judge(&at.field("matchExpressions"), faults);
    }
}

impl Part for Expression<'_> {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        collect(self, at, faults);
        self.values.judge(&at.field("values"), faults);
    }
}
