//! Surveys: what was asked, who was asked, what they answered.

mod invitation;
mod response;
mod scale;

pub use invitation::Invitation;
pub use response::SurveyResponse;
pub use scale::{Direction, Scale, ScaleError};
