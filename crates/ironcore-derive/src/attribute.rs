// SPDX-License-Identifier: Apache-2.0

//! What the attribute of a field says.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, ExprRange, Ident, Lit, RangeLimits, Result, UnOp};

/// `#[field(…)]`: see the crate's documentation.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word, and they go together in any way"
)]
pub(crate) struct Said {
    pub(crate) most: Option<Ident>,
    pub(crate) text: Vec<Ident>,
    pub(crate) each: Each,
    pub(crate) range: Option<Range>,
    pub(crate) is_keyword: bool,
    pub(crate) is_sent: bool,
    pub(crate) is_required: bool,
    pub(crate) is_source: bool,
    pub(crate) key: Option<Ident>,
    pub(crate) is_set: bool,
    pub(crate) is_labels: bool,
    pub(crate) form: Option<Ident>,
    pub(crate) draft: Option<Ident>,
    pub(crate) is_later: bool,
    pub(crate) is_measured: bool,
    pub(crate) has_values: bool,
    pub(crate) change: Option<Change>,
    pub(crate) unless: Option<Ident>,
    pub(crate) default: Option<Ident>,
    /// Of a struct.
    pub(crate) is_atomic: bool,
}

/// What holds of each text of a list or map.
#[derive(Default)]
pub(crate) struct Each {
    pub(crate) most: Option<Ident>,
    pub(crate) text: Vec<Ident>,
}

/// What an update may do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Free,
    Immutable,
    Filled,
    Once,
    Within,
    Special,
}

/// The least and the most of a number.
pub(crate) struct Range {
    pub(crate) least: Option<i64>,
    pub(crate) most: Option<i64>,
}

impl Said {
    /// What all attributes named `field` say together.
    pub(crate) fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut said = Self::default();
        for attribute in attributes {
            if attribute.path().is_ident("field") {
                attribute.parse_nested_meta(|meta| said.add(&meta))?;
            }
        }
        Ok(said)
    }

    fn add(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let word = meta.path.require_ident()?.to_string();
        match word.as_str() {
            "most" => self.most = Some(meta.value()?.parse()?),
            "text" => self.text = names(meta)?,
            "each" => meta.parse_nested_meta(|meta| self.each.add(&meta))?,
            "range" => self.range = Some(Range::of(&meta.value()?.parse()?)?),
            "keyword" => self.is_keyword = true,
            "sent" => self.is_sent = true,
            "required" => self.is_required = true,
            "source" => self.is_source = true,
            "key" => self.key = Some(meta.value()?.call(syn::ext::IdentExt::parse_any)?),
            "set" => self.is_set = true,
            "labels" => self.is_labels = true,
            "form" => self.form = Some(meta.value()?.parse()?),
            "draft" => self.draft = Some(meta.value()?.parse()?),
            "later" => self.is_later = true,
            "measured" => self.is_measured = true,
            "values" => self.has_values = true,
            "change" => self.change = Some(Change::of(&meta.value()?.parse()?)?),
            "unless" => self.unless = Some(meta.value()?.parse()?),
            "default" => self.default = Some(meta.value()?.parse()?),
            "atomic" => self.is_atomic = true,
            _ => return Err(meta.error("no such word: see the documentation of ironcore-derive")),
        }
        Ok(())
    }
}

impl Each {
    fn add(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        if meta.path.is_ident("most") {
            self.most = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("text") {
            self.text = names(meta)?;
        } else {
            return Err(meta.error("`most` or `text`"));
        }
        Ok(())
    }
}

impl Change {
    fn of(word: &Ident) -> Result<Self> {
        match word.to_string().as_str() {
            "free" => Ok(Self::Free),
            "immutable" => Ok(Self::Immutable),
            "filled" => Ok(Self::Filled),
            "once" => Ok(Self::Once),
            "within" => Ok(Self::Within),
            "special" => Ok(Self::Special),
            _ => Err(syn::Error::new(
                word.span(),
                "`free`, `immutable`, `filled`, `once`, `within` or `special`",
            )),
        }
    }
}

impl Range {
    fn of(range: &ExprRange) -> Result<Self> {
        if range.end.is_some() && matches!(range.limits, RangeLimits::HalfOpen(_)) {
            return Err(syn::Error::new_spanned(
                range,
                "both ends belong to it: `..=`",
            ));
        }
        Ok(Self {
            least: range.start.as_deref().map(number).transpose()?,
            most: range.end.as_deref().map(number).transpose()?,
        })
    }
}

fn number(expression: &Expr) -> Result<i64> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse(),
            _ => Err(syn::Error::new_spanned(expression, "a whole number")),
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => Ok(-number(&unary.expr)?),
        _ => Err(syn::Error::new_spanned(expression, "a whole number")),
    }
}

fn names(meta: &ParseNestedMeta<'_>) -> Result<Vec<Ident>> {
    let mut names = Vec::new();
    meta.parse_nested_meta(|meta| {
        names.push(meta.path.require_ident()?.clone());
        Ok(())
    })?;
    Ok(names)
}
