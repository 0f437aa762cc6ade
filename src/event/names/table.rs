//! The one table from raw names to normal ones.
//!
//! Each row has one meaning and its raw names, the most certain first. If a line has several of them, the first with a value counts.
//! [`super`] describes how names compare; a test asserts that no name occurs twice with one meaning.

use crate::event::ecs::EcsName::{self, *};

/// The meaning of a raw name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::event) enum Meaning {
    /// A field of the schema.
    Ecs(EcsName),
    /// The same, but only in a web request: the `host` of a firewall is a machine, but that of a proxy is part of the URL.
    InRequest(EcsName),
    /// The same, but only where the type of a record is asked for: the `domain` of a DNS log.
    InQuestion(EcsName),
    /// This end of a connection. If the other end is [`Remote`], this is the end that opened it.
    Local(EcsName),
    /// The other end. If this end is not named, it is the client.
    Remote(EcsName),
    /// A date without a time.
    Date,
    /// A time of day without a date.
    Clock,
    /// The zone of times without one.
    Zone,
    /// The direction of a connection: `inbound`, `outbound`.
    Direction,
    /// None, although the end of the name would have one.
    Nothing,
}

use Meaning::{Clock, Date, Direction, Ecs, InQuestion, InRequest, Local, Nothing, Remote, Zone};

/// Words before a known name that make it the name of something else: translated addresses, other programs, other times.
pub(super) const SPOILERS: &str = "nat natted translated trans xlate xlated mapped post parent grandparent previous old new next first last \
    max min avg total count num number mask netmask subnet gateway expire expires expiry expiration valid validity creation \
    created modified updated start started end ended install installed build birth boot certificate cert issuer country city region geo \
    location vendor manufacturer model os platform mgmt console request_object response_object request_parameters \
    response_elements connector";

/// First words of an object that holds the fields of something else than the event: its state before or after, another process.
pub(super) const OTHERS: &str = "parent grandparent previous prev old new signer";

/// Words that make a [vague](VAGUE) name after them one of the source.
pub(super) const SOURCES: &str = "source src client initiator attacker origin actor caller who principal";

/// Words that make a [vague](VAGUE) name after them one of the destination.
pub(super) const DESTINATIONS: &str = "destination dst dest target tgt responder victim";

/// Names that do not say which end of a connection they belong to.
pub(super) const VAGUE: &str = "ip ip_address ip_addr addr address ipv4 ipv4_address ipv6 ipv6_address ip_v4 ip_v6 ips port \
    port_number ip_port host hostname host_name fqdn";

/// Names of the time at which something began.
pub(super) const STARTS: &str = "start_time start begin started_at begin_time time_start stime";

/// Names of the time at which a record was written, received or last changed.
pub(super) const RECORDS: &str = "rt device_receipt_time receive_time received_time received_at time_received receive_timestamp \
    received_date_time received record_time recorded_at insert_time insertion_time ingestion_time update_time updated_at \
    last_update_time last_updated mod_time last_modified";

/// Names of the time at which something was created: an event, if nothing says otherwise.
pub(super) const CREATIONS: &str = "creation_time creation_timestamp created created_at creation_date created_on created_time create_time \
    created_date created_date_time created_time_utc date_create date_created time_created";

/// Things that the event is about, which were created before it.
pub(super) const THINGS: &str = "user account owner author actor device host computer agent asset client group role route service app \
    application project repository repo organization organisation org team tenant customer file folder policy rule";

/// Names of an object that holds all fields of the event.
pub(super) const EVENTS: &str = "event";

/// The table: see the module.
pub(super) const TABLE: &[(Meaning, &str)] = &[
    (
        Ecs(Timestamp),
        "high_resolution_timestamp properties_timestamp properties_event_time event_creation_time event_create_date utc_time \
         event_time_utc timestamp_utc gmt_time event_time event_timestamp timestamp_detected detected_at \
         detected_date_time detection_timestamp activity_date_time iso_timestamp @timestamp time ts date \
         security_event_date calendar_time client_timestamp server_timestamp timestamp_derived rt event_date \
         event_date_time time_generated generated_time system_time timecreated_system_time time_created \
         date_time device_receipt_time devtime log_time eve_timestamp received_utc detection_time detection_date \
         detect_time detected_on occurred_at occurred_on occurrence_time occurred activity_time published \
         published_at request_time time_received alert_time alert_date incident_time created_date_time \
         occured occured_at generated_date_time activity_date effective_at date_create date_created logged logged_at epoch_second \
         creation_time creation_timestamp created created_at creation_date created_on created_time create_time \
         req_time_sec timestamp_ms timestamp_us timestamp_ns time_unix_nano time_millis timestamp_millis event_time_string created_date epoch epoch_time epoch_ms unix_time time_iso8601 time_local \
         request_timestamp start_time start begin started_at begin_time first_timestamp edge_start_timestamp \
         time_start stime flow_start message_time mail_time sent_at sent_date_time send_time agent_timestamp \
         local_time insert_time insertion_time ingestion_time received received_at receive_time \
         receive_timestamp received_time received_date_time record_time recorded_at report_time last_seen \
         last_seen_at last_found last_updated update_time last_update_time last_modified last_event_time updated_at \
         end_time end when @t dt tstamp datestamp event_dt mod_time analyzed_at time_utc first_seen_at \
         first_discovered_date created_time_utc alert_created login_time date_received received_date syslog_time \
         msg",
    ),
    (Date, "date event_date log_date x_date day date_local date_utc"),
    (Clock, "time clock event_clock log_time x_time hour time_of_day time_local time_utc start_time"),
    (Zone, "tz timezone dtz device_time_zone tz_offset timezone_offset utc_offset zone_offset event_timezone"),
    (Direction, "direction network_direction connection_direction traffic_direction flow_direction"),
    (
        Ecs(SourceIp),
        "source_ip src_ip source_address src_addr src source_ip_address src_ip_addr source_ipv4 src_ipv4 \
         source_ipv6 src_ipv6 src_v6 source_ipv4_address src_ipv4_address source_ipv6_address src_ipv6_address saddr \
         orig_h id_orig_h conn_src_ip downstream_remote_address downstream_direct_remote_address src_endpoint_ip source_address_ip flow_source_address client_ip \
         client_address client_addr c_ip client_ip_address client_ip_addr client_public_ip caller_ip caller_ip_address requester_ip \
         from who_ip csip rip fd_cip request_ip remote_host rhost raddr peer_ip peer_address peer peer_addr \
         http_client_ip true_client_ip cf_connecting_ip real_ip x_real_ip actor_ip actor_ip_address source_host_ip \
         attacker_ip attacker_address attacker src_ap oip originating_ip origin_ip ip_source origin_address ip_src ip_saddr initiator_ip \
         initiator click_ip sender_ip sender_address_ip sending_ip submitter_ip user_ip user_ip_address login_ip \
         logon_ip from_ip ip_from local_ip_source source_network_address workstation_ip calling_station_id \
         framed_ip_address assigned_ip device_external_ip external_ip caller sourceip_host audit_source_ip \
         session_ip connecting_ip source_address_v6 c6a2_source client client_host machine_ip agent_ip device_ip \
         host_ip endpoint_ip endpoint_ip_address computer_ip analyzer_ipv4 x_forwarded_for forwarded_for xff \
         source ip_address station addr addr_remote remote ip ipv4 ipv4_address ips sourceips src_host shost sender \
         socket_ip location_ip from_address for flow_source address ip_addr sip sa",
    ),
    (
        Ecs(SourcePort),
        "source_port src_port cpt spt source_port_number src_port_number port_src orig_p id_orig_p conn_src_port \
         src_endpoint_port client_port c_port client_src_port client_source_port peer_port from_port port_source \
         caller_port initiator_port attacker_port source_transport_port ip_port tcp_srcport udp_srcport csport \
         fd_cport rport sport sp",
    ),
    (
        Local(SourceIp),
        "local_ip locip local_ip_details_ip_address_v4 local_address local_addr local_ip_address local_address_ip4 \
         local_address_ip6 local_host_ip local_host laddr laddr_ip local",
    ),
    (Local(SourcePort), "local_port laddr_port lport locport local_port_details_port"),
    (
        Remote(DestinationIp),
        "remote_ip remote_addr remote_address remote_ip_address remote_address_ip4 remote_address_ip6 remip \
         remote_ip_details_ip_address_v4 faddr remote_host_ip remote_host raddr raddr_ip remote",
    ),
    (Remote(DestinationPort), "remote_port raddr_port rport remport remote_port_details_port"),
    (
        Ecs(SourceDomain),
        "source_domain src_domain src_domain_name source_domain_name source_host_name src_host_name source_host src_host shost srcname \
         client_hostname client_name remote_hostname client_domain remote_host rhost c_host source_machine_name \
         source_computer_name src_host_reverse source_workstation workstation_name workstation source_dns \
         source_fqdn source_dns_domain from_host peer_name source_ip_address source_address src_address caller_ip_address",
    ),
    (
        Ecs(DestinationIp),
        "destination_ip dst_ip destination_address dst_addr dst dest_ip destination_ip_address dst_ip_addr \
         downstream_local_address \
         dest_address dest_addr dest_ip_addr destination_ipv4 dst_ipv4 destination_ipv6 dst_ipv6 dst_v6 destipv4 \
         destination_ipv4_address dst_ipv4_address destination_ipv6_address dst_ipv6_address dst_ip_address daddr \
         dip dst_ap resp_h id_resp_h conn_dest_ip conn_dst_ip dst_endpoint_ip flow_destination_address server_ip \
         server_address server_addr target_ip target_address target_ip_address target_ipv4 victim_ip responder_ip \
         responder ip_destination ip_dst ip_daddr dest dhost_ip destination_host_ip to_host to_ip to_address upstream_addr \
         backend_ip origin_server_ip vserver_ip virtual_ip receiver_ip recipient_ip destination to nas_ip_address \
         cdip lip fd_sip resolved_ip cs_ip dst_host dhost dest_host flow_destination server second_address \
         peerhost da",
    ),
    (
        Ecs(DestinationPort),
        "destination_port dst_port dpt dport dest_port destination_port_number dst_port_number port_dst resp_p \
         id_resp_p conn_dest_port conn_dst_port dst_endpoint_port server_port target_port responder_port \
         port_destination to_port service_port virtual_port vserver_port destination_transport_port tcp_dstport \
         udp_dstport listener_port cdport fd_sport port r_port download_port service dp",
    ),
    (
        Ecs(ClientIp),
        "client_ip client_address client_addr c_ip client_ip_address client_ip_addr client_public_ip http_client_ip true_client_ip \
         cf_connecting_ip real_ip x_real_ip caller_ip caller_ip_address actor_ip actor_ip_address client_host \
         user_ip user_ip_address for",
    ),
    (Ecs(ClientPort), "client_port c_port client_src_port client_source_port"),
    (Ecs(ServerIp), "server_ip server_address server_addr"),
    (
        Ecs(UserName),
        "actor_user_name event_login_user_name user_name user_name_lookup user_principal_name usrname \
         source_user_name src_user_name srcuser source_user suser src_process_user user actor_name actor_email \
         target_user_name subject_user_name login_name user_id_name logon_name sam_account_name usr login \
         cs_username cs_user uname user_login login_user login_id auth_user authenticated_user remote_user rfc931 \
         caller_user_name initiated_by_user_user_principal_name initiated_by_user actor_alternate_id \
         actor_display_name actor initiator_name acting_user admin_name admin adminuser administrator principal principal_name \
         principal_user_id user_identity_user_name user_identity_principal_name identity_name identity account \
         bind_dn user_display_name display_name user_upn upn unique_name unq_user xauth_user acct auid_name \
         ad_account_name process_user_name process_user process_owner owner_name owner logged_on_user \
         logged_in_user logonuser last_logged_on_user last_user current_user last_logged_in_user_name \
         agent_last_logged_in_user_name account_name user_email user_mail email email_address mail sender_user \
         from_user for_user client_user c_user duser destination_user_name dst_user dest_user target_user user_cn \
         account_cn subject_name nt_user db_user os_user user_id uid_name invalid_user member_name caller_name \
         user_full_name full_name from_email person requester submitter employee who related_user ugi meta_username \
         object_user claim_upn entity_value user_originator \
         perpetrator operator ruser author_name author",
    ),
    (
        Ecs(UserDomain),
        "user_domain src_user_domain subject_domain_name target_domain_name account_domain sntdom source_nt_domain \
         nt_domain user_nt_domain logon_domain",
    ),
    (Ecs(UserEmail), "user_email user_mail email_address mail_address"),
    (
        Ecs(UrlDomain),
        "url_domain url_host url_hostname http_host http_hostname cs_host cs_uri_host uri_host request_host \
         requested_host req_host http_request_host host_header x_host_header headers_host request_headers_host \
         http_header_host website site_domain ep_domain fqdn_requested sni_host requested_domain download_server",
    ),
    (
        Ecs(DestinationDomain),
        "destination_domain dst_domain dest_domain dst_domain_name destination_domain_name destination_host_name dst_host_name dest_host_name \
         destination_host dst_host dhost dest_host destination_name dstname dest_name server_name_destination \
         target_host target_hostname target_domain remote_domain remote_name destination_dns_domain destination_fqdn \
         cs_host host_header x_host_header vhost virtual_host server_domain peerhost host_domain \
         domain_queried",
    ),
    (
        Ecs(HostName),
        "computer_fqdn host_name computer_name machine_name endpoint_name endpoint_host_name device_host_name \
         endpoint_device_name device_name dvchost host_hostname computer_dns_name machine_host_name \
         machine_host_hostname computer analyzer_host_name agent_hostname agent_computer_name \
         orig_agent_name agent_name local_hostname dns_host_name netbios_name fqdn endpoint_fqdn device_fqdn \
         host_fqdn machine_fqdn asset_name asset_hostname affected_host affected_host_name impacted_host \
         target_machine_name node_name node syslog_host syslog_hostname log_host host machine device_dns_name \
         system_name devname device_id_name server_host_name source_host_name src_host source_host shost \
         dvc_hostname observer_hostname vm_name instance_name device endpoint beat_hostname \
         beat_name dhost meta_hostname device_detail_display_name device_display_name system_display_name client_hostname nas_name \
         entity_value_name logical_server_name host_identifier log_source_name dvc",
    ),
    (Ecs(HostIp), "host_ip machine_ip agent_ip device_ip endpoint_ip computer_ip host_ip_address analyzer_ipv4"),
    (
        Ecs(ObserverName),
        "observer_name devname device_name dvchost sensor sensor_name firewall fw_name reporting_host log_source \
         appliance gateway_name network_device_name nas_identifier",
    ),
    (
        Ecs(ObserverIp),
        "observer_ip dvc nas origin dev_ip system_ip device_address dvc_ip device_ip_address sensor_ip fw gateway_ip reporting_ip",
    ),
    (
        Ecs(DnsQuestionName),
        "dns_question_name question_name query_name qname dns_query dns_query_name dns_req dns_rrname rrname dns_qry_name \
         domain_queried queried_domain queried_name requested_domain dns_request dns_request_name dns_name \
         query_domain lookup_name requested_name query query_hostname dns_request_action_domain \
         question dns_requests_domain_name domain_name qh",
    ),
    (InQuestion(DnsQuestionName), "domain fqdn dns_domain"),
    (
        Ecs(DnsQuestionType),
        "dns_question_type question_type qtype_name query_type qtype dns_query_type dns_reqtype dns_rrtype rrtype record_type qt",
    ),
    (
        Ecs(DnsAnswersData),
        "dns_answers_data dns_answers_rdata answers_data answers answer dns_answer rdata dns_rdata query_results \
         dns_resolved_ip resolved_ips dns_response response_data ip_addresses ipaddr_resolved",
    ),
    (
        Ecs(UrlFull),
        "url_full full_url url_string url_text url_address remote_url request_url url requested_url http_url request \
         uri_full cs_url c_url target_url destination_url dest_url original_url clicked_url web_url page_url \
         malicious_url probe_url x_url object_url resource_url httprequest_request_url request_uri_full cs_uri \
         cs_uri_full request_client_application_url uri object_id site_url req",
    ),
    (
        Ecs(UrlOriginal),
        "url_original request_uri http_uri uri request_url http_url url cs_uri request http_request target \
         original_url original_uri request_uri_full uri_path_query http_request_uri raw_uri raw_url path_and_query \
         x_request_uri requested_uri http_request_first_line request_first_line request_line first_line arg \
         url_path_query page_url",
    ),
    (Ecs(UrlScheme), "url_scheme cs_uri_scheme uri_scheme scheme request_scheme"),
    (
        InRequest(UrlDomain),
        "host hostname server_name domain authority vhost virtual_host server site dstname dst_host dest_host \
         domain_name",
    ),
    (Ecs(UrlPort), "url_port cs_uri_port uri_port http_port"),
    (
        Ecs(UrlPath),
        "url_path cs_uri_stem uri_stem uri_path request_path http_path http_request_path requested_path req_path \
         path_info cs_uri_path resource_path download_path api_endpoint",
    ),
    (InRequest(UrlPath), "path endpoint resource"),
    (Ecs(UrlQuery), "url_query cs_uri_query uri_query query_string request_query http_query"),
    (InRequest(UrlQuery), "query args qs"),
    (
        Ecs(HttpMethod),
        "http_request_method http_method request_method cs_method method verb http_verb http_request_verb op",
    ),
    (
        Ecs(HttpReferrer),
        "http_request_referrer http_request_referer http_referer http_referrer cs_referer cs_referrer referer \
         referrer http_refer request_referer headers_referer request_context refferer url_referrer \
         http_headers_referer ref_url referer_url referrer_url referer_uri referrer_uri visit_referrer",
    ),
    (
        Ecs(HttpStatus),
        "http_response_status_code http_status http_status_code status_code sc_status response_code \
         http_response_code elb_status_code response_status response_status_code sc_http_status edge_response_status",
    ),
    (InRequest(HttpStatus), "status code"),
    (
        Ecs(UserAgent),
        "user_agent_original user_agent http_user_agent cs_user_agent request_client_application http_agent browser \
         client_user_agent request_user_agent ua agent headers_user_agent",
    ),
    (
        Ecs(TlsServerName),
        "tls_client_server_name tls_sni sni server_name_indication ssl_server_name ssl_sni tls_server_name \
         server_name",
    ),
    (
        Ecs(EmailFrom),
        "email_from_address mail_from sender_address sender envelope_from from_address header_from from_email \
         return_path smtp_from sender_email from",
    ),
    (
        Ecs(EmailTo),
        "email_to_address rcpt_to recipient_address recipient recipients envelope_to to_address header_to rcpt \
         orig_to recipient_email delivered_to to",
    ),
    (
        Ecs(NetworkTransport),
        "network_transport transport proto protocol ip_protocol ipproto connipproto l4_proto protocol_name",
    ),
    (
        Ecs(NetworkProtocol),
        "network_protocol app_proto service app application_protocol app_protocol l7_protocol application",
    ),
    (
        Ecs(ProcessName),
        "process_name proc_name image_name program_name app_name exe_name comm initiating_process_file_name \
         process_file_name program process source_process_name syslog_app",
    ),
    (
        Ecs(ProcessExecutable),
        "process_executable process_path image exe executable process_image application_path image_path parent_image \
         process_image_path image_file_name",
    ),
    (Ecs(ProcessCommandLine), "process_command_line command_line cmdline process_cmd proctitle process_cmd_line"),
    (
        Ecs(FileName),
        "file_name fname target_filename original_file_name attachment attachment_name attachments file \
         object_name_file",
    ),
    (
        Ecs(FilePath),
        "file_path full_path target_path image_loaded file_full_path folder_path target_file_path object_path \
         local_path",
    ),
    (Ecs(FileHashMd5), "file_md5 md5 hash_md5 md5_hash file_hash_md5 md5sum"),
    (Ecs(FileHashSha1), "file_sha1 sha1 hash_sha1 sha1_hash file_hash_sha1 sha1sum"),
    (Ecs(FileHashSha256), "file_sha256 sha256 hash_sha256 sha256_hash file_hash_sha256 sha256sum"),
    (Ecs(FileHashSha512), "file_sha512 sha512 hash_sha512 sha512_hash file_hash_sha512 sha512sum"),
    (
        Ecs(ObserverVersion),
        "observer_version version ver agent_version product_version device_version app_version software_version \
         os_version file_version build release firmware fw_version client_version",
    ),
    (Ecs(RuleName), "rule_name rule policy_name policy signature signature_name alert_signature rule_id policyid"),
    (
        Ecs(EventAction),
        "event_action event_simple_name action act device_action policy_action fw_action rule_action operation operation_name \
         event_name activity activity_name event_type action_type method_name disposition verdict",
    ),
    (
        Ecs(EventOutcome),
        "event_outcome outcome outcome_result result result_type status_outcome login_status auth_result \
         authentication_result logon_result conclusion success is_success request_status status auth_status decision \
         authorization_k8s_io_decision login_result auth_outcome signin_status res",
    ),
    // Names of properties of interfaces, routes and filters, of times other than the event's, of links to the page of
    // a product or to its help, and of what a caller asks an interface to change.
    (
        Nothing,
        "src_mac dst_mac source_mac destination_mac nas_port src_intf dst_intf src_country dst_country \
         content_type mime_type user_agent_os user_type user_group user_agent_name user_agent_version file_type \
         process_type event_source_name dns_server_ip dns_server next_hop netmask subnet_mask group_name \
         domain_controller event_id event_category dns_servers up_time elapsed_time response_time response_timestamp \
         processing_time time_taken request_processing_time target_processing_time response_processing_time \
         duration_time total_time idle_time connect_time cert_valid_from not_before not_after signature_id \
         device_type device_vendor device_product device_version_name http_version protocol_version request_id \
         source_type target_type result_code response_size request_size port_name service_name interface_name \
         alert_display_name indicator_display_name policy_display_name policies_display_name app_display_name \
         application_display_name resource_display_name resources_display_name group_display_name role_display_name \
         rule_display_name category_display_name threat_display_name service_display_name tenant_display_name \
         file_display_name process_display_name product_display_name subscription_display_name \
         organization_display_name site_display_name location_display_name event_display_name incident_display_name \
         technique_display_name tactic_display_name property_display_name properties_display_name \
         product_name company_name file_host host_os host_id host_type host_mac host_os_name host_os_version \
         os_name operating_system threat_url alert_url incident_url event_url case_url detection_url console_url \
         service_host agent_domain_name host_domain_name machine_domain_name computer_domain_name \
         device_domain_name portal_url breach_url help_url documentation_url callback_url \
         service_url backend_url upstream_url upstream_uri redirect_uri redirect_url logo_url avatar_url \
         logical_system_name cloud_account_name zone_uri customer_uri source_name security_context_domain",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn starts_and_records_are_times() {
        let (_, times) = TABLE.iter().find(|(meaning, _)| *meaning == Ecs(Timestamp)).unwrap();
        let times: BTreeSet<&str> = times.split_ascii_whitespace().collect();
        for name in STARTS.split_ascii_whitespace().chain(RECORDS.split_ascii_whitespace()) {
            assert!(times.contains(name), "{name}");
        }
    }

    #[test]
    fn no_meaning_has_a_name_twice() {
        for (meaning, names) in TABLE {
            let mut seen = BTreeSet::new();
            for name in names.split_ascii_whitespace() {
                let folded: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
                assert!(!folded.is_empty() && name == name.to_ascii_lowercase(), "{name}");
                assert!(seen.insert(folded), "{meaning:?}: {name}");
            }
        }
    }
}
