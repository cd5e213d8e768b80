// The precision of the state and of all arithmetic on it.
alias real = f32;
const DOUBLE: bool = false;
