//! Exit codes.

/// Exit code: the output is complete.
pub const SUCCESS: u8 = 0;
/// Exit code of `check`: something changes numbers; of `init`: no report can be computed until a question is answered.
pub const FINDINGS: u8 = 1;
/// Exit code: the command line, the description or the data cannot be used.
pub const FAILURE: u8 = 2;
