// Package configs is the configuration of Tollgate: typed, strict, complete. It
// also holds the instrument table.
//
// Load and Decode read a YAML file into a Config in which every key that was left
// out has its default, every reference has been followed and every value has been
// held to its range. What cannot be is a Problem with file, line, column, the
// key's path and what is allowed: an unknown key, a key given twice, a unit that
// is missing, a value out of range, an account or an instrument that does not
// exist. All problems of a file are reported at once, in its order; only text that
// is no YAML stops at the first. There is no partly valid Config.
//
// The keys, their units and defaults are listed at the fields of Config and the
// types below it, and in Example, a file that decodes.
//
// Amounts and tick sizes are read from their text, never through a float64.
//
// Relative paths (script, feed, token_file, data_dir) are relative to the folder
// of the configuration file, not to the folder the program is started in.
//
// A credential in the file is refused by the name of its key, or by its looks
// under broker and in parameters. That guards against mistakes, not against
// somebody who tries. No error repeats what was refused.
//
// YAML is used in its plain parts: anchors, aliases, tags, merge keys and several
// documents in one file are refused. A file has at most 256 KiB.
//
// The package reads the configuration file and nothing else: no environment, no
// token, no feed. Time zones come with the program. Nothing here is safe to change
// while another goroutine reads it.
package configs
