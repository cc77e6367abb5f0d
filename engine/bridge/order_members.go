package bridge

// orderMembers are the members of an order that mean something, as they are
// written. Lists of a whole day are read often; a map for each would be dear.
type orderMembers struct {
	account, id, instrument, state, oco, fault, quantity, filled, average, action, kind, tif, limit, stop []byte
}

func (m *orderMembers) read(data []byte) bool {
	s := scanner{b: data}
	return s.object(func(key, value []byte) {
		if to := m.slot(key); to != nil && !absent(value) {
			*to = value
		}
	})
}

func (m *orderMembers) slot(key []byte) *[]byte {
	switch string(key) {
	case `"account"`:
		return &m.account
	case `"orderId"`:
		return &m.id
	case `"instrument"`:
		return &m.instrument
	case `"orderState"`:
		return &m.state
	case `"oco"`:
		return &m.oco
	case `"error"`:
		return &m.fault
	case `"quantity"`:
		return &m.quantity
	case `"filled"`:
		return &m.filled
	case `"averageFillPrice"`:
		return &m.average
	case `"orderAction"`:
		return &m.action
	case `"orderType"`:
		return &m.kind
	case `"timeInForce"`:
		return &m.tif
	case `"limitPrice"`:
		return &m.limit
	case `"stopPrice"`:
		return &m.stop
	}
	return nil
}
