//! "Did you mean ...?"

/// The candidate most like `word`, if one is like it at all: for messages that ask "did you mean ...?".
///
/// ```
/// use deskmetrics_arrow::nearest;
///
/// assert_eq!(nearest("creatd_at", ["id", "created_at"]).as_deref(), Some("created_at"));
/// assert_eq!(nearest("score", ["id", "created_at"]), None);
/// ```
pub fn nearest<C: AsRef<str>>(word: &str, candidates: impl IntoIterator<Item = C>) -> Option<String> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let likeness = strsim::jaro_winkler(&word, &candidate.as_ref().to_lowercase());
            (likeness, candidate)
        })
        .filter(|(likeness, _)| *likeness >= 0.75)
        .reduce(|best, next| if next.0 > best.0 { next } else { best }) // the first of equals
        .map(|(_, candidate)| candidate.as_ref().to_owned())
}

/// Up to ten of the values of a column, those most like `word` first.
///
/// ```
/// use deskmetrics_arrow::nearest_first;
///
/// assert_eq!(nearest_first("dk", ["ES", "SE", "DK"]), ["DK", "ES", "SE"]);
/// ```
pub fn nearest_first<'v>(word: &str, values: impl IntoIterator<Item = &'v str>) -> Vec<&'v str> {
    const MOST: usize = 10;
    let word = word.to_lowercase();
    let mut values: Vec<(f64, &str)> =
        values.into_iter().map(|value| (strsim::jaro_winkler(&word, &value.to_lowercase()), value)).collect();
    values.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(other.1)));
    values.dedup();
    values.truncate(MOST);
    values.into_iter().map(|(_, value)| value).collect()
}

/// `, did you mean "x"?`, or nothing.
pub(crate) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|nearest| format!(", did you mean \"{nearest}\"?")).unwrap_or_default()
}

/// `"a", "b", "c"`, cut short when there are very many.
pub(crate) fn listed<C: AsRef<str>>(names: impl IntoIterator<Item = C>) -> String {
    const MOST: usize = 60;
    let mut names = names.into_iter();
    let shown: Vec<String> = names.by_ref().take(MOST).map(|name| format!("\"{}\"", name.as_ref())).collect();
    match names.count() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
