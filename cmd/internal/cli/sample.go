package cli

import (
	"bytes"
	_ "embed"

	"tollgate/sim/feed"
)

// sample is a synthetic recording, made by the generator of package feed with
// the settings in its sample_test.go.
//
//go:embed sample.arrows
var sample []byte

// sampleName stands for the sample in reports and errors.
const sampleName = "bundled sample"

func openSample(o feed.Options) (feed.Source, error) {
	return feed.NewSource(bytes.NewReader(sample), sampleName, o)
}
