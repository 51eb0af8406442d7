//! The KPIs, one file each: the doc comment is the definition, the function is the formula.
