//! Surveys: what was asked, who was asked, what they answered.

mod attribution;
mod convention;
mod invitation;
mod per_ticket;
mod representativeness;
mod response;
mod scale;
mod weighted_rating;

pub use attribution::Attribution;
pub use convention::{Convention, UnknownConvention};
pub use invitation::Invitation;
pub use per_ticket::{SeveralAnswers, share_of_ticket};
pub use representativeness::{Adjusted, Representativeness};
pub use response::SurveyResponse;
pub use scale::{Direction, Scale, ScaleError};
pub use weighted_rating::WeightedRating;
