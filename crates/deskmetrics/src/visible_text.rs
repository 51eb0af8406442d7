//! Text from data as terminals and spreadsheets may show it.

use std::borrow::Cow;

/// The text with its control characters escaped, so that it cannot control the terminal that shows it: `\u{1b}` for ESC.
/// Line breaks and tabs stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, |character| !matches!(character, '\n' | '\t'))
}

/// Like [`visible`], with line breaks and tabs escaped as well.
pub fn visible_in_line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| true)
}

fn escaped(text: &str, controls: impl Fn(char) -> bool) -> Cow<'_, str> {
    // Marks that reverse the direction of what follows make a text look like another one.
    let reverses = |character| matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let hidden = |character: char| (character.is_control() && controls(character)) || reverses(character);
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if hidden(character) { shown.extend(character.escape_default()) } else { shown.push(character) }
    }
    Cow::Owned(shown)
}

/// A cell of a CSV file: an apostrophe before a text that a spreadsheet would take for a formula. Numbers are no formulas.
pub fn csv_cell(text: &str) -> Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let number = || text.parse::<f64>().is_ok_and(f64::is_finite);
    if formula && !number() { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// A text in Markdown that reads as it is: on one line, without a table's bars, HTML, emphasis, links, images, code or
/// mathematics.
pub fn markdown_text(text: &str) -> Cow<'_, str> {
    let text = visible_in_line(text);
    let special = |character| {
        matches!(
            character,
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '!' | '#' | '~' | '$' | '<' | '>' | '&'
        )
    };
    if !text.contains(special) {
        return text;
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '&' => shown.push_str("&amp;"),
            _ => {
                shown.extend(special(character).then_some('\\'));
                shown.push(character);
            }
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown() {
        assert_eq!(visible("\u{1b}[31mred\0\u{7}\u{9b}"), r"\u{1b}[31mred\u{0}\u{7}\u{9b}");
        assert_eq!(visible("two\nlines\tand a column\r"), "two\nlines\tand a column\\r");
        assert_eq!(visible_in_line("two\nlines"), r"two\nlines");
        assert_eq!(visible("user\u{202e}gpj.exe"), r"user\u{202e}gpj.exe");
        assert!(matches!(visible("Málaga, \"DK\", 日本"), Cow::Borrowed(_)));
    }

    #[test]
    fn formulas_are_texts_and_numbers_stay_numbers() {
        for formula in ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", "-inf", "+"] {
            assert_eq!(csv_cell(formula), format!("'{formula}"));
        }
        for plain in ["-5", "+49", "-1.5e3", "a=b", "'=1", "", "e-mail", "5-7"] {
            assert_eq!(csv_cell(plain), plain);
        }
    }
}
