//! Surveys: questions, invitations and answers.
//!
//! What to decide before answers are counted:
//!
//! | question | answer |
//! |---|---|
//! | Which scores are good? | [`Scale`], with the presets of [`Convention`] |
//! | Several answers about one ticket: which counts? | [`SeveralAnswers`]; their mean with [`share_of_ticket`] |
//! | Answers name their invitations | [`LinkedAnswers`] |
//! | The sample is weighted | [`WeightedRating`], with Kish's effective n |
//! | Did some answer more readily than others, and what would the score be if they had not? | [`Representativeness`] |

mod convention;
mod invitation;
mod linked;
mod outcome;
mod per_ticket;
mod representativeness;
mod response;
mod scale;
mod weighted_rating;

pub use convention::{Convention, UnknownConvention};
pub use invitation::Invitation;
pub use linked::LinkedAnswers;
pub use outcome::InvitationOutcome;
pub use per_ticket::{SeveralAnswers, share_of_ticket};
pub use representativeness::{Adjusted, Representativeness};
pub use response::SurveyResponse;
pub use scale::{Direction, Scale, ScaleError};
pub use weighted_rating::WeightedRating;
