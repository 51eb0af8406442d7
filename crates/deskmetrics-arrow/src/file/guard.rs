//! The boundary to decoders that panic on damaged files.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_schema::ArrowError;

use super::part::Part;

/// Calls a decoder of another library. Its panic becomes an error, since there it means that the file is damaged. Nothing
/// that the call could leave half changed may be used after it.
pub(super) fn guarded<T>(decode: impl FnOnce() -> Result<T, ArrowError>) -> Result<T, ArrowError> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|panic| Err(failed(&*panic)))
}

fn failed(panic: &(dyn Any + Send)) -> ArrowError {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
    let line = text.lines().next().unwrap_or_default();
    ArrowError::IpcError(format!("its decoder failed: {line}"))
}

/// The batches of a decoder, up to the first panic.
pub(super) struct Guarded<I>(pub(super) Option<I>);

impl<I, B: Into<Part>> Iterator for Guarded<I>
where
    I: Iterator<Item = Result<B, ArrowError>>,
{
    type Item = Result<Part, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut decoder = self.0.take()?;
        let next = guarded(|| decoder.next().map(|batch| Ok((batch?.into(), decoder))).transpose());
        match next {
            Ok(None) => None,
            Ok(Some((part, decoder))) => {
                self.0 = Some(decoder);
                Some(Ok(part))
            }
            Err(error) => Some(Err(error)),
        }
    }
}
