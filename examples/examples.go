// Package examples carries the example strategies, one folder each, so that the
// program can run them without their files at hand.
package examples

import "embed"

// FS holds the example strategies and their scenarios: NAME/*.go, NAME/*.txtar.
//
//go:embed */*.go */*.txtar
var FS embed.FS
