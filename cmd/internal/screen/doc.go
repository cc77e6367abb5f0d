// Package screen draws what a running gateway knows as lines of text for a terminal.
//
// Render is a pure function of a Scene and the size of the window: no clock, no
// terminal, no state. It returns at most as many lines as the window has rows, and no
// line is wider than the window; what does not fit is cut and marked. Width is counted
// in columns, wide and combining characters as terminals show them.
//
// # Order
//
// What matters most comes first: the mode and what is wrong, each account against its
// limits, positions, working orders, quotes, strategies, then denials and the newest
// events; the last line says what to type. When the window is too low, sections are
// shortened from below with "… 3 more", and then left out, and the line says which.
//
// # Texts of others
//
// Strategies, brokers and files may put anything into a text. Control characters and
// marks that turn the direction of writing are taken out, so no text can move the
// cursor, colour the screen or look like another part of it.
//
// # Colour
//
// Colour repeats what words, signs and numbers say; without it nothing is lost.
package screen
