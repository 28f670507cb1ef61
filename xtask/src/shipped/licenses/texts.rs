// SPDX-License-Identifier: Apache-2.0

//! The licence texts that a package brings, and whether they are those that its licence expression asks for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use spdx::detection::scan::Scanner;
use spdx::detection::{Store, TextData};
use spdx::{Expression, LicenseReq, ParseMode};

/// How names of files begin that say under which terms something may be passed on.
const NAMES: [&str; 6] = [
    "license",
    "licence",
    "unlicense",
    "copying",
    "copyright",
    "notice",
];

/// The licence whose text is the same for everybody, so that it may come from elsewhere: in others the holder is named.
const SAME_FOR_ALL: &str = "Apache-2.0";

/// How much of a text must be a licence's. `deny.toml` asks for the same.
const CONFIDENCE: f32 = 0.9;

/// A text, and where it stands in its package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub file: PathBuf,
    pub text: String,
}

/// All texts below a folder, of what it contains from others as well.
pub(super) fn of(folder: &Path) -> Result<Vec<Text>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let entries = fs::read_dir(&next).with_context(|| format!("reading {}", next.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().to_lowercase();
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && NAMES.iter().any(|begin| name.starts_with(begin)) {
                let bytes = fs::read(entry.path())?;
                let file = entry.path().strip_prefix(folder)?.to_owned();
                let text = tidied(&String::from_utf8_lossy(&bytes));
                found.push(Text { file, text });
            }
        }
    }
    found.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(found)
}

/// The same words on the same lines.
fn tidied(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Knows licences by their texts.
pub(super) struct Known(Store);

impl Known {
    /// Those that these expressions name, and SPDX lists.
    pub(super) fn new<'a>(expressions: impl IntoIterator<Item = &'a Expression>) -> Self {
        let mut store = Store::new();
        let named = expressions.into_iter().flat_map(Expression::requirements);
        for id in named.filter_map(|named| named.req.license.id()) {
            store.add_license(id.name.to_owned(), TextData::new(id.text()));
        }
        Self(store)
    }

    /// What is to be shipped of a package: its texts, if they are those of licences that its expression is content with.
    /// Where they are not, the licence that says the same of everybody is added, if that suffices.
    ///
    /// # Errors
    /// If a licence has no text.
    pub(super) fn sufficient(
        &self,
        license: &Expression,
        mut texts: Vec<Text>,
    ) -> Result<Vec<Text>> {
        let found = self.found(&texts);
        if license.evaluate(|asked| found.iter().any(|id| is(asked, id))) {
            return Ok(texts);
        }
        ensure!(
            license.evaluate(|asked| is(asked, SAME_FOR_ALL)),
            "its licence is {license}, and its files are texts of {found:?}"
        );
        let id = spdx::license_id(SAME_FOR_ALL).context("SPDX does not list it")?;
        let (file, text) = (SAME_FOR_ALL.into(), tidied(id.text()));
        texts.push(Text { file, text });
        Ok(texts)
    }

    /// The licences whose texts these are, or contain.
    fn found(&self, texts: &[Text]) -> BTreeSet<String> {
        let scanner = Scanner::new(&self.0)
            .confidence_threshold(CONFIDENCE)
            .optimize(true);
        let mut found = BTreeSet::new();
        for text in texts {
            let text = TextData::new(&text.text);
            let result = scanner.scan(&text);
            let contained = result.containing.iter().map(|part| part.license);
            let licenses = result.license.into_iter().chain(contained);
            found.extend(licenses.map(|license| license.name.to_owned()));
        }
        found
    }
}

fn is(asked: &LicenseReq, id: &str) -> bool {
    asked.license.id().is_some_and(|asked| asked.name == id)
}

/// A package's expression; with a slash for `OR`, as old packages have it.
pub(super) fn expression(license: &str) -> Result<Expression> {
    Ok(Expression::parse_mode(license, ParseMode::LAX)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sufficient(license: &str, texts: &[&str]) -> Result<Vec<Text>> {
        let license = expression(license)?;
        let text = |text: &&str| Text {
            file: "LICENSE".into(),
            text: (*text).to_owned(),
        };
        Known::new([&license]).sufficient(&license, texts.iter().map(text).collect())
    }

    fn text_of(id: &str) -> &'static str {
        spdx::license_id(id).expect("SPDX lists it").text()
    }

    #[test]
    fn a_package_is_right_with_the_texts_of_licences_that_suffice() {
        let (mit, isc) = (text_of("MIT"), text_of("ISC"));
        let both = format!("{mit}\n\nand for the rest:\n\n{isc}");
        for (license, texts) in [
            ("MIT", &[mit][..]),
            ("MIT/Apache-2.0", &[mit]),
            ("MIT AND ISC", &[mit, isc]),
            ("MIT AND ISC", &[&both]),
        ] {
            let shipped = sufficient(license, texts).expect(license);
            assert_eq!(shipped.len(), texts.len(), "{license}");
        }
    }

    #[test]
    fn a_package_without_the_text_of_its_licence_is_a_fault() {
        let mit = text_of("MIT");
        for (license, texts) in [
            ("MIT", &[][..]),
            ("MIT", &["Copyright 2020 somebody"]),
            ("MIT AND ISC", &[mit]),
            ("ISC", &[mit]),
        ] {
            assert!(sufficient(license, texts).is_err(), "{license}");
        }
    }

    #[test]
    fn the_text_that_says_the_same_of_everybody_may_be_missing() {
        for own in [&[][..], &["By A, under either."]] {
            let texts = sufficient("MIT OR Apache-2.0", own).expect("a text");
            assert_eq!(texts.len(), own.len() + 1);
            assert_eq!(texts[own.len()].text, tidied(text_of("Apache-2.0")));
        }
    }
}
