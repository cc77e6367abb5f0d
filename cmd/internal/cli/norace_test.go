//go:build !race

package cli

import "testing"

// long marks a test that computes for long, and whose goroutines shorter tests show to
// the race detector as well.
func long(testing.TB) {}
