/*
 * The Services and routes that Flagger makes: the C structs. Their tables (names, rules) stand in
 * lib/object/kinds/flagger_service.c.
 */
#ifndef KORCH_API_FLAGGER_SERVICE_H
#define KORCH_API_FLAGGER_SERVICE_H

#include <korch/struct.h>

KORCH_BEGIN_DECLS

/**
 * @file flagger_service.h The Services and routes that Flagger makes.
 *
 * Parts of flagger.app/v1beta1 Canaries. Flagger has no protobuf form: the numbers of the rows only
 * count them.
 */

/** What is added to an object that Flagger makes. */
typedef struct korch_flagger_metadata {
	KORCH_STRUCT_HEAD
	korch_map *labels;      /**< Labels */
	korch_map *annotations; /**< Annotations */
} korch_flagger_metadata;
/** The table of a korch_flagger_metadata. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_metadata_type;

/** What Flagger leaves alone. */
typedef struct korch_flagger_unmanaged_metadata {
	KORCH_STRUCT_HEAD
	const char **labels;      /**< Keys of labels */
	size_t n_labels;          /**< number of labels */
	const char **annotations; /**< Keys of annotations */
	size_t n_annotations;     /**< number of annotations */
} korch_flagger_unmanaged_metadata;
/** The table of a korch_flagger_unmanaged_metadata. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_unmanaged_metadata_type;

/** How a text is compared. */
typedef struct korch_flagger_string_match {
	KORCH_STRUCT_HEAD
	const char *exact;  /**< The text is this */
	const char *prefix; /**< The text begins with this */
	const char *suffix; /**< The text ends with this */
	const char *regex;  /**< The text is matched by this regular expression */
} korch_flagger_string_match;
/** The table of a korch_flagger_string_match. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_string_match_type;

/** Which requests are meant. */
typedef struct korch_flagger_http_match {
	KORCH_STRUCT_HEAD
	const char *name;                      /**< Name of the match */
	korch_flagger_string_match *uri;       /**< Its path */
	korch_flagger_string_match *scheme;    /**< Its scheme */
	korch_flagger_string_match *method;    /**< Its method */
	korch_flagger_string_match *authority; /**< Its host */
	/** Headers by name, each with exact, prefix, suffix or regex; JSON as text */
	const char *headers;
	int32_t port;             /**< Its port */
	korch_map *source_labels; /**< Labels of the pod that sends it */
	const char **gateways;    /**< Gateways that it came through */
	size_t n_gateways;        /**< number of gateways */
	/** Parameters by name, each with exact, prefix or regex; JSON as text */
	const char *query_params;
	int32_t ignore_uri_case; /**< Whether capitals of the path do not count */
} korch_flagger_http_match;
/** The table of a korch_flagger_http_match. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_http_match_type;

/** What a request becomes. */
typedef struct korch_flagger_http_rewrite {
	KORCH_STRUCT_HEAD
	const char *uri;       /**< Its path */
	const char *authority; /**< Its host */
	const char *type;      /**< How the path is replaced, for the Gateway API */
} korch_flagger_http_rewrite;
/** The table of a korch_flagger_http_rewrite. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_http_rewrite_type;

/** How often a request is tried again. */
typedef struct korch_flagger_http_retry {
	KORCH_STRUCT_HEAD
	int32_t attempts;                /**< How often */
	const char *per_try_timeout;     /**< How long an attempt may take */
	const char *retry_on;            /**< When it is tried again */
	int32_t retry_remote_localities; /**< Whether other places are tried */
} korch_flagger_http_retry;
/** The table of a korch_flagger_http_retry. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_http_retry_type;

/** What becomes of headers. */
typedef struct korch_flagger_header_operations {
	KORCH_STRUCT_HEAD
	korch_map *add;      /**< Headers that are added */
	korch_map *set;      /**< Headers that are replaced */
	const char **remove; /**< Headers that are taken away */
	size_t n_remove;     /**< number of remove */
} korch_flagger_header_operations;
/** The table of a korch_flagger_header_operations. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_header_operations_type;

/** What becomes of the headers of requests and answers. */
typedef struct korch_flagger_headers {
	KORCH_STRUCT_HEAD
	korch_flagger_header_operations *request;  /**< Those of requests */
	korch_flagger_header_operations *response; /**< Those of answers */
} korch_flagger_headers;
/** The table of a korch_flagger_headers. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_headers_type;

/** The Services and routes that Flagger makes. */
typedef struct korch_flagger_canary_service {
	KORCH_STRUCT_HEAD
	const char *name;                 /**< Name of the Service; that of the target when absent */
	int32_t port;                     /**< Its port */
	const char *port_name;            /**< Name of its port; http when absent */
	korch_int_or_string target_port;  /**< Port of the pods; the same when absent */
	const char *app_protocol;         /**< Protocol of the port */
	const char *traffic_distribution; /**< Which pods are preferred */
	int32_t port_discovery;           /**< Whether all ports of the containers are added */
	int32_t headless;                 /**< Whether the Services have no address of their own */
	const char *timeout;              /**< How long a request may take */
	const char *backend_timeout;      /**< How long one attempt may take, for the Gateway API */
	const char **gateways;            /**< Gateways of Istio */
	size_t n_gateways;                /**< number of gateways */
	const char *gateway_refs;         /**< Gateways of the Gateway API; JSON as text */
	const char **hosts;               /**< Hosts of the route; the Service when absent */
	size_t n_hosts;                   /**< number of hosts */
	int32_t delegation;         /**< Whether Istio's VirtualService is made to be delegated to */
	const char *traffic_policy; /**< Policy for Istio's DestinationRules; JSON as text */
	korch_flagger_http_match *match;     /**< Which requests are routed */
	size_t n_match;                      /**< number of match */
	korch_flagger_http_rewrite *rewrite; /**< What requests become */
	korch_flagger_http_retry *retries;   /**< How often a request is tried again */
	korch_flagger_headers *headers;      /**< What becomes of headers */
	const char *cors_policy;             /**< Rules for requests of other sites; JSON as text */
	const char *mirror;    /**< Where requests are copied to, for the Gateway API; JSON as text */
	const char *mesh_name; /**< Mesh of App Mesh */
	const char **backends; /**< Backends of App Mesh */
	size_t n_backends;     /**< number of backends */
	korch_flagger_metadata *apex;    /**< What is added to the Service */
	korch_flagger_metadata *primary; /**< What is added to the Service of the primary pods */
	korch_flagger_metadata *canary;  /**< What is added to the Service of the canary's pods */
	korch_flagger_unmanaged_metadata *unmanaged_metadata; /**< What Flagger leaves alone */
} korch_flagger_canary_service;
/** The table of a korch_flagger_canary_service. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_canary_service_type;

KORCH_END_DECLS

#endif
