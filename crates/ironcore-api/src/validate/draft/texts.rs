//! Lists and maps of texts: `validator` derives what holds of a list, or of an object's fields, but not of
//! the texts in a list.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use validator::{
    Validate, ValidateLength, ValidationError, ValidationErrors, ValidationErrorsKind,
};

use crate::bound;
use crate::validate::structure::{self, ITSELF};
use crate::validate::text;

/// A map whose values are texts of at most `MOST` characters.
#[derive(Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub(in crate::validate) struct Texts<'a, const MOST: u64>(
    #[serde(borrow)] pub(in crate::validate) BTreeMap<&'a str, &'a str>,
);

impl<const MOST: u64> ValidateLength<u64> for Texts<'_, MOST> {
    fn length(&self) -> Option<u64> {
        Some(self.0.len() as u64)
    }
}

impl<const MOST: u64> Validate for Texts<'_, MOST> {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let long = |(key, text): (&&str, &&str)| {
            let error = text::at_most(text, MOST).err()?;
            let kind = ValidationErrorsKind::Field(vec![error]);
            Some((Cow::Owned((*key).to_owned()), kind))
        };
        refused(self.0.iter().filter_map(long).collect())
    }
}

/// One of a list of IP families.
#[derive(Debug, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub(in crate::validate) struct Family<'a>(pub(in crate::validate) &'a str);

impl Validate for Family<'_> {
    fn validate(&self) -> Result<(), ValidationErrors> {
        itself(self.0, text::at_most(self.0, bound::WORD).and_then(|()| text::family(self.0)))
    }
}

/// One of the values of a selector.
#[derive(Debug, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub(in crate::validate) struct Selected<'a>(&'a str);

impl Validate for Selected<'_> {
    fn validate(&self) -> Result<(), ValidationErrors> {
        itself(self.0, text::at_most(self.0, bound::LABEL_VALUE))
    }
}

/// Finalizers: none twice.
#[derive(Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub(in crate::validate) struct Finalizers<'a>(#[serde(borrow)] Vec<&'a str>);

impl ValidateLength<u64> for Finalizers<'_> {
    fn length(&self) -> Option<u64> {
        Some(self.0.len() as u64)
    }
}

impl Validate for Finalizers<'_> {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut seen = BTreeSet::new();
        let mut entries = BTreeMap::new();
        for (index, text) in self.0.iter().enumerate() {
            if !seen.insert(text)
                && let Err(error) = itself(text, Err(ValidationError::new(structure::DUPLICATE)))
            {
                entries.insert(index, Box::new(error));
            }
        }
        if entries.is_empty() {
            return Ok(());
        }
        let list = ValidationErrorsKind::List(entries);
        refused(HashMap::from([(Cow::Borrowed(ITSELF), list)]))
    }
}

/// A verdict on an entry as a whole.
fn itself(text: &str, verdict: Result<(), ValidationError>) -> Result<(), ValidationErrors> {
    verdict.map_err(|mut error| {
        error.add_param(Cow::Borrowed("value"), &text);
        let kind = ValidationErrorsKind::Field(vec![error]);
        ValidationErrors(HashMap::from([(Cow::Borrowed(ITSELF), kind)]))
    })
}

fn refused(
    errors: HashMap<Cow<'static, str>, ValidationErrorsKind>,
) -> Result<(), ValidationErrors> {
    if errors.is_empty() {
        Ok(())
    } else {
        Err(ValidationErrors(errors))
    }
}
