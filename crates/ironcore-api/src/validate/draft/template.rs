// SPDX-License-Identifier: Apache-2.0

//! Metadata of templates.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::texts::Finalizers;
use super::{Annotations, Decoded, Labels, Text, part};
use crate::bound;
use crate::validate::text;
use crate::wire::nullable;

/// Metadata of a template. Names in it are stored, and mean nothing.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct TemplateMetadata<'a> {
    #[serde(borrow)]
    labels: Labels<'a>,
    #[serde(borrow)]
    pub(in crate::validate) annotations: Annotations<'a>,
    #[serde(borrow)]
    #[validate(length(max = bound::NAME))]
    pub(in crate::validate) name: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(length(max = bound::NAME))]
    pub(in crate::validate) namespace: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(length(max = bound::NAME))]
    pub(in crate::validate) generateName: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "nullable")]
    #[validate(length(max = bound::FINALIZERS))]
    finalizers: Finalizers<'a>,
    creationTimestamp: Option<Time>,
}

/// Metadata of a template whose object gets its name from where the template is.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct NamelessMetadata<'a> {
    #[serde(borrow)]
    labels: Labels<'a>,
    #[serde(borrow)]
    annotations: Annotations<'a>,
    #[serde(borrow)]
    #[validate(length(max = bound::NAME), custom(function = text::none))]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(length(max = bound::NAME), custom(function = text::none))]
    namespace: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(length(max = bound::NAME), custom(function = text::none))]
    generateName: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "nullable")]
    #[validate(length(max = bound::FINALIZERS))]
    finalizers: Finalizers<'a>,
    creationTimestamp: Option<Time>,
}

/// [`TemplateMetadata`], decoded later.
#[derive(Debug)]
pub(in crate::validate) enum OfTemplate {}

impl Decoded for OfTemplate {
    type Of<'a> = TemplateMetadata<'a>;
}

/// [`NamelessMetadata`], decoded later.
#[derive(Debug)]
pub(in crate::validate) enum Nameless {}

impl Decoded for Nameless {
    type Of<'a> = NamelessMetadata<'a>;
}

part!(TemplateMetadata:
    fields(name, namespace, generateName, creationTimestamp),
    parts(labels, annotations, finalizers));
part!(NamelessMetadata:
    fields(name, namespace, generateName, creationTimestamp),
    parts(labels, annotations, finalizers));
