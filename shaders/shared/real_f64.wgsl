// The precision of the state and of all arithmetic on it.
alias real = f64;
const DOUBLE: bool = true;
