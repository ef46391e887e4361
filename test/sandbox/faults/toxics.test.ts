import { expect, test } from 'vitest';
import { describeToxics, parseToxic } from '../../../src/sandbox/faults/toxic-text.js';

test.each([
  ['latency,on=status,latency=20,jitter=5', { type: 'latency', on: 'status', latency: 20, jitter: 5 }],
  [
    'reset_peer,on=submit,stream=downstream,times=1',
    { type: 'reset_peer', on: 'submit', stream: 'downstream', times: 1 },
  ],
  ['status,on=*,code=503,html=true', { type: 'status', on: '*', code: 503, html: true }],
  ['status,on=submit,code=500,body=502', { type: 'status', on: 'submit', code: 500, body: '502' }],
  ['status,on=submit,code=500,body=a\\,b=c', { type: 'status', on: 'submit', code: 500, body: 'a,b=c' }],
  ['limit_data, on=file, fraction=0.25', { type: 'limit_data', on: 'file', fraction: 0.25 }],
  ['fin,on=submit,nth=3,name=7', { type: 'fin', on: 'submit', nth: 3, name: '7' }],
  ['pause,on=file,at=65536', { type: 'pause', on: 'file', at: 65536 }],
  [
    'blank,on=result,index=2,after=1,toxicity=0.5',
    {
      type: 'blank',
      on: 'result',
      index: 2,
      after: 1,
      toxicity: 0.5,
    },
  ],
])('%s', (text, toxic) => {
  expect(parseToxic(text)).toEqual(toxic);
});

test.each([
  ['resett,on=submit', /unknown toxic "resett"; allowed: latency, reset_peer/],
  ['', /unknown toxic ""/],
  ['fin', /unknown role ""; allowed: submit, status/],
  ['fin,on=upload', /fin: unknown role "upload"; allowed: submit, status/],
  ['fin,on', /"on" is not of the form key=value/],
  ['fin,on=submit,latency=3', /fin: unknown attribute "latency"; allowed: on, stream/],
  ['latency,on=submit', /latency: latency: /],
  ['latency,on=submit,latency=soon', /latency: latency: .*expected number/],
  ['status,on=submit,code=200', /status: code: /],
  ['status,on=submit,code=503,stream=sideways', /stream/],
  ['limit_data,on=file,fraction=2', /fraction/],
  ['limit_data,on=file,stream=upstream', /stream can only be downstream/],
  ['blank,on=file', /blank: on "file" is not possible; allowed: result/],
  ['silence,on=status', /silence: on "status" is not possible; allowed: stream/],
  ['fin,on=submit,toxicity=1.5', /toxicity/],
  ['fin,on=submit,times=0', /times/],
  ['fin,on=submit,nth=0', /nth/],
  ['fin,on=submit,nth=1,after=1', /fin: nth cannot be given together with after or times/],
  ['fin,on=submit,nth=1,times=1', /fin: nth cannot be given together with after or times/],
  ['pause,on=submit,at=1,stream=upstream', /pause: at counts bytes of the answer/],
])('%s is refused', (text, message) => {
  expect(() => parseToxic(text)).toThrow(message);
});

test('the help has a line for each type, and one for what they share', () => {
  const lines = describeToxics();
  expect(lines.length).toBe(20);
  expect(lines[0]).toBe('latency,latency=…,jitter=…: waits before it goes on');
});
