package fakebridge

import "tollgate/sim/fakebridge/broker"

// ParseFrame takes a client's text frame apart as the server does, for whoever
// drives a broker.Broker without a socket. It never panics: what cannot be read is
// told in Bad.
func ParseFrame(data []byte) broker.Message { return parse(data, true) }
