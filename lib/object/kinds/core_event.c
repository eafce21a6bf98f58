/*
 * Events: the tables of the structs in <korch/api/core_event.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/core_event.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field event_source_fields[] = {
	STRING(korch_event_source, component, "component", 1, 0, "component"),
	STRING(korch_event_source, host, "host", 2, 0, "host"),
};
const korch_type korch_event_source_type = TYPE("EventSource", korch_event_source, event_source_fields, "EventSource");

static const korch_field event_series_fields[] = {
	INT32(korch_event_series, count, "count", 1, 0, "count"),
	MICROTIME(korch_event_series, last_observed_time, "lastObservedTime", 2, 0, "lastObservedTime"),
};
const korch_type korch_event_series_type = TYPE("EventSeries", korch_event_series, event_series_fields, "EventSeries");

static const korch_field event_fields[] = {
	STRUCT(korch_event, object.metadata, korch_object_meta_type, "metadata", 1, 0, "metadata"),
	STRUCT(korch_event, involved_object, korch_object_reference_type, "involvedObject", 2, ATOMIC, "involvedObject"),
	STRING(korch_event, reason, "reason", 3, 0, "reason"),
	STRING(korch_event, message, "message", 4, 0, "message"),
	STRUCT(korch_event, source, korch_event_source_type, "source", 5, 0, "source"),
	TIME(korch_event, first_timestamp, "firstTimestamp", 6, 0, "firstTimestamp"),
	TIME(korch_event, last_timestamp, "lastTimestamp", 7, 0, "lastTimestamp"),
	INT32(korch_event, count, "count", 8, 0, "count"),
	STRING(korch_event, type, "type", 9, 0, "type"),
	MICROTIME(korch_event, event_time, "eventTime", 10, 0, "eventTime"),
	STRUCT(korch_event, series, korch_event_series_type, "series", 11, 0, "series"),
	STRING(korch_event, action, "action", 12, 0, "action"),
	STRUCT(korch_event, related, korch_object_reference_type, "related", 13, ATOMIC, "related"),
	STRING(korch_event, reporting_component, "reportingComponent", 14, 0, "reportingComponent"),
	STRING(korch_event, reporting_instance, "reportingInstance", 15, 0, "reportingInstance"),
};
const korch_type korch_event_type = TYPE("Event", korch_event, event_fields, "Event");
