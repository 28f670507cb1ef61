// SPDX-License-Identifier: Apache-2.0

//! References by name; one that names nothing refers to nothing.

use super::given;
use crate::form::{LabelRefDraft, LabelUidRefDraft, RequiredRefDraft};
use crate::reference::{LocalRefDraft, Named};

impl LabelUidRefDraft<'_> {
    /// Whether it says anything.
    pub(crate) fn is_given(&self) -> bool {
        given(self.name.as_deref())
            .or(given(self.uid.as_deref()))
            .is_some()
    }
}

macro_rules! named {
    ($($reference:ident)*) => {$(
        impl Named for $reference<'_> {
            fn named(&self) -> Option<&str> {
                given(self.name.as_deref())
            }
        }
    )*};
}

named!(LocalRefDraft RequiredRefDraft LabelRefDraft);
