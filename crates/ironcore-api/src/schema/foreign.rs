// SPDX-License-Identifier: Apache-2.0

//! What the schema says of types that are not ours, and of forms that no type can say.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, LabelSelector};

use super::common::forbidden;
use super::node::Node;
use super::{Constrain, bound};
use crate::form::{NameOnly, NamelessMeta};
use crate::template::TemplateMeta;
use crate::words;

impl Constrain for Condition {
    fn constrain(_: Node<'_>) {}
}

/// As its draft, which is written by hand as well.
impl Constrain for LabelSelector {
    fn constrain(mut node: Node<'_>) {
        node.atomic();
        node.at("matchLabels").at_most(bound::ENTRIES);
        node.at("matchLabels{}").at_most(bound::LABEL_VALUE);
        node.at("matchExpressions").at_most(bound::ENTRIES);
        let mut expression = node.at("matchExpressions[]");
        expression.at("key").at_most(bound::LABEL_KEY);
        expression.at("operator").at_most(bound::WORD);
        expression.at("values").at_most(bound::ENTRIES);
        expression.at("values[]").at_most(bound::LABEL_VALUE);
    }
}

impl Constrain for NamelessMeta {
    fn constrain(mut node: Node<'_>) {
        TemplateMeta::constrain(node.at(""));
        for field in NamelessMeta::NAMES {
            node.rule(forbidden(
                format!("!has(self.{field}) || self.{field} == ''"),
                &format!(".{field}"),
                words::NAMELESS,
            ));
        }
    }
}

impl Constrain for NameOnly {
    fn constrain(mut node: Node<'_>) {
        node.atomic().at("name").at_most(bound::NAME);
    }
}
