//! What the page must hold, of reports made up here.
