/** What the origin serves: stored files, redirects, cookies, failures, and everything else as an echo of the request. */
export const serverBlock = `
client_max_body_size 10m;
default_type application/octet-stream;
location /files/ { dav_methods PUT; create_full_put_path on; }
location /gzip { add_header Content-Encoding gzip; }
location /br { add_header Content-Encoding br; }
location = /slow { limit_rate 8m; }
location = /endless { limit_rate 50k; }
location = /moved { return 302 http://elsewhere.test/x?y=1; }
location = /empty { return 204; }
location = /unchanged { return 304; }
location = /cookies {
  add_header Set-Cookie "a=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT";
  add_header Set-Cookie "b=2";
  add_header Link "</a>; rel=preload";
  add_header Link "</b>; rel=preload";
  add_header Connection "X-Hop";
  add_header X-Hop "1";
  return 200;
}
location /busy { access_log root/busy.log; return 503; }
location / {
  default_type text/plain;
  return 200 "$request_method $request_uri|$http_host|$http_x_forwarded_for|$http_forwarded|$http_cookie|$http_x_many|$http_expect$http_te$http_x_hop$http_proxy_authorization";
}
`;
