//! The report as Markdown.

use std::fmt::Write as _;

use chrono_tz::Tz;

use super::ReportTable;
use super::table::Part;
use crate::visible_text::markdown_text;

impl ReportTable {
    /// The report as Markdown with tables, as GitHub and most editors show it: a title, the cut-off and the parts of the text form.
    ///
    /// Numbers of slices by period are in the rows and in [`write_csv`](Self::write_csv). Names and values of the data appear as they are: Markdown and HTML in them have no effect.
    ///
    /// ```
    /// use deskmetrics::Scale;
    /// use deskmetrics::SurveyResponse;
    /// use deskmetrics::report::{KpiRequest, Report};
    ///
    /// let csat = KpiRequest::new("csat").with_question("csat", Scale::csat(1, 5)?);
    /// let report = Report::undated().with_kpi(csat).build()?;
    /// let answers = [5, 4, 1].map(|score| SurveyResponse::new("csat", Some(score)));
    /// let text = report.run(&[], &answers, &[])?.table().to_markdown();
    /// let lines: Vec<&str> = text.lines().collect();
    /// assert_eq!(lines[..5], ["# Customer service report", "", "3 survey answers.", "", "## Overall"]);
    /// assert_eq!(lines[6], "| KPI | measure | value | 95 % interval | n |");
    /// assert_eq!(lines[7], "|:--|:--|--:|--:|--:|");
    /// assert_eq!(lines[8], r"| Customer satisfaction (CSAT) | percent | 66.7 % | 20.8 – 93.9 % | 3\* |");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_markdown(&self) -> String {
        self.to_markdown_titled(Self::TITLE, Tz::UTC)
    }

    /// Like [`to_markdown`](Self::to_markdown), with a title, and the zone of the cut-off where the report has no periods.
    pub fn to_markdown_titled(&self, title: &str, zone: Tz) -> String {
        let mut text = format!("# {}\n\n", markdown_text(title));
        let basis = self.basis(zone);
        if !basis.is_empty() {
            let _ = write!(text, "{}\n\n", markdown_text(&basis));
        }
        let Part { heading, head, blocks } = self.overall_part();
        let _ = write!(text, "## {heading}\n\n");
        for (_, lines) in &blocks {
            text.push_str(&markdown_table(&head, 2, lines));
        }
        for Part { heading, head, blocks } in self.further_parts() {
            let _ = write!(text, "\n## {}\n", markdown_text(&heading));
            for (title, lines) in &blocks {
                let _ = write!(text, "\n### {}\n\n", markdown_text(title));
                text.push_str(&markdown_table(&head, 1, lines));
            }
        }
        let exclusions = self.exclusions();
        let exclusions = exclusions.iter().map(|(title, reasons)| format!("{title}: {}", reasons.join(", ")));
        text.push_str(&markdown_list("Excluded, by KPI", exclusions));
        text.push_str(&markdown_list("Warnings", self.warnings.iter().map(ToString::to_string)));
        text.push_str(&markdown_list("Marks", self.legend()));
        text
    }
}

/// A table in Markdown, with the first `left` columns aligned left and the others right. Of these, empty ones are not shown.
pub fn markdown_table<T: AsRef<str>, L: AsRef<[T]>>(head: &[T], left: usize, lines: &[L]) -> String {
    let text = |line: &[T], place: usize| {
        line.get(place).map_or(String::new(), |text| markdown_text(text.as_ref().trim()).into_owned())
    };
    let filled = |place: &usize| {
        let mut cells = lines.iter().filter_map(|line| line.as_ref().get(*place));
        lines.is_empty() || *place < left || cells.any(|text| !text.as_ref().is_empty())
    };
    let columns: Vec<usize> = (0..head.len()).filter(filled).collect();
    let line = |line: &[T]| {
        let cells: Vec<String> = columns.iter().map(|place| text(line, *place)).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let aligned: String = columns.iter().map(|place| if *place < left { ":--|" } else { "--:|" }).collect();
    let body: String = lines.iter().map(|cells| line(cells.as_ref())).collect();
    format!("{}|{aligned}\n{body}", line(head))
}

/// A heading with a list below it in Markdown; empty without items.
pub fn markdown_list(heading: &str, items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> =
        items.into_iter().map(|item| format!("- {}\n", markdown_text(item.trim()))).collect();
    let items = items.concat();
    if items.is_empty() { items } else { format!("\n## {}\n\n{items}", markdown_text(heading)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_cannot_leave_their_table() {
        let lines = [["a | b\nc", "<b>1</b>"], ["![x](y) `z` $m$", "=1+1"]];
        let expected = "| name | value |\n|:--|--:|\n\
                        | a \\| b\\\\nc | &lt;b&gt;1&lt;/b&gt; |\n\
                        | \\!\\[x\\](y) \\`z\\` \\$m\\$ | =1+1 |\n";
        assert_eq!(markdown_table(&["name", "value"], 1, &lines), expected);
        assert_eq!(markdown_table(&["name", ""], 1, &[["a", ""]]), "| name |\n|:--|\n| a |\n");
    }
}
