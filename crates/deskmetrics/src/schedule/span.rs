//! Half-open spans of whole seconds (or minutes), and their set algebra.

/// From `start` to just before `end`; nothing when `end` is not after `start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) start: i64,
    pub(crate) end: i64,
}

impl Span {
    pub(crate) const fn new(start: i64, end: i64) -> Self {
        Self { start, end }
    }

    pub(crate) const fn length(self) -> i64 {
        self.end - self.start
    }

    pub(crate) fn clipped(self, from: i64, to: i64) -> Self {
        Self { start: self.start.max(from), end: self.end.min(to) }
    }

    pub(crate) const fn shifted(self, by: i64) -> Self {
        Self { start: self.start + by, end: self.end + by }
    }
}

/// A span of counted time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    /// The span counted; empty for a leap only.
    pub(crate) span: Span,
    /// Seconds counted at its start in addition: working time that the clocks skipped.
    pub(crate) leap: i64,
}

impl Count {
    pub(crate) const fn plain(span: Span) -> Self {
        Self { span, leap: 0 }
    }
}

/// Appends a span to ascending ones, joining it to the last if they touch or overlap.
pub(crate) fn add_span(spans: &mut Vec<Span>, span: Span) {
    if span.length() <= 0 {
        return;
    }
    match spans.last_mut() {
        Some(last) if span.start <= last.end => {
            // An opening that was moved out of a gap may begin after its successor.
            *last = Span::new(last.start.min(span.start), last.end.max(span.end));
        }
        _ => spans.push(span),
    }
}

/// Sorts spans, drops empty ones and joins those that touch or overlap.
pub(crate) fn union(spans: &mut Vec<Span>) {
    spans.retain(|span| span.length() > 0);
    spans.sort_unstable();
    spans.dedup_by(|span, last| {
        let joins = span.start <= last.end;
        if joins {
            last.end = last.end.max(span.end);
        }
        joins
    });
}

/// The intersection; each in order and without overlaps.
pub(crate) fn intersect(one: &[Span], other: &[Span]) -> Vec<Span> {
    let mut both = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < one.len() && j < other.len() {
        let span = one[i].clipped(other[j].start, other[j].end);
        if span.length() > 0 {
            both.push(span);
        }
        if one[i].end < other[j].end {
            i += 1;
        } else {
            j += 1;
        }
    }
    both
}

/// The difference of `open` and `closed`; each in order and without overlaps.
pub(crate) fn subtract(open: &[Span], closed: &[Span]) -> Vec<Span> {
    let mut left = Vec::new();
    let mut closed = closed.iter().peekable();
    for span in open {
        let mut start = span.start;
        while closed.next_if(|pause| pause.end <= start).is_some() {}
        while let Some(pause) = closed.peek().filter(|pause| pause.start < span.end) {
            if pause.start > start {
                left.push(Span::new(start, pause.start));
            }
            start = start.max(pause.end);
            if pause.end > span.end {
                break;
            }
            closed.next();
        }
        if start < span.end {
            left.push(Span::new(start, span.end));
        }
    }
    left
}
