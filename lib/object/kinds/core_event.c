/*
 * Events: the tables of the structs in <korch/api/core_event.h>.
 * One line per field; rules over several fields stand in validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/core_event.h>

#define S korch_event_source
static const korch_field event_source_fields[] = {
    STRING(component, "component", 1, 0, "Program"),
    STRING(host, "host", 2, 0, "Node that it runs on"),
};
const korch_type korch_event_source_type =
    TYPE("EventSource", event_source_fields, "Who reports an event");
#undef S

#define S korch_event_series
static const korch_field event_series_fields[] = {
    INT32(count, "count", 1, 0, "How often it happened"),
    MICROTIME(last_observed_time, "lastObservedTime", 2, 0, "When it happened last"),
};
const korch_type korch_event_series_type =
    TYPE("EventSeries", event_series_fields, "An event that goes on");
#undef S

#define S korch_event
static const korch_field event_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, REQUIRED, "Name, labels and more"),
    STRUCT(involved_object, korch_object_reference, "involvedObject", 2, REQUIRED | ATOMIC,
           "What it happened to"),
    STRING(reason, "reason", 3, 0, "One word for machines, why"),
    STRING(message, "message", 4, 0, "A sentence for people"),
    STRUCT(source, korch_event_source, "source", 5, 0, "Who reports it"),
    TIME(first_timestamp, "firstTimestamp", 6, 0, "When it happened first"),
    TIME(last_timestamp, "lastTimestamp", 7, 0, "When it happened last"),
    INT32(count, "count", 8, 0, "How often it happened"),
    STRING(type, "type", 9, 0, "Normal or Warning"),
    MICROTIME(event_time, "eventTime", 10, 0, "When it happened, in microseconds"),
    STRUCT(series, korch_event_series, "series", 11, 0, "How it goes on"),
    STRING(action, "action", 12, 0, "What was done about it"),
    STRUCT(related, korch_object_reference, "related", 13, ATOMIC,
           "A second object that takes part"),
    STRING(reporting_component, "reportingComponent", 14, 0, "Controller that reports it"),
    STRING(reporting_instance, "reportingInstance", 15, 0, "Which instance of the controller"),
};
const korch_type korch_event_type =
    TYPE("Event", event_fields, "Something that happened to an object",
         .validate = korch__event_validate);
#undef S
