// Package examples carries the example strategies, one folder each, so that the
// program can run them without their files at hand.
package examples

import "embed"

// FS holds the example strategies: NAME/*.go.
//
//go:embed */*.go
var FS embed.FS
